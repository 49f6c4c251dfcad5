package org.lvs4j.config.keepalived;

/** The keys of {@code global_defs} that change nothing about balancing. */
final class GlobalKeys {
    /** Mail, SNMP, D-Bus, files and processes. */
    static final String[] WITHOUT_EFFECT = {
        "router_id",
        "notification_email",
        "notification_email_from",
        "smtp_server",
        "smtp_helo_name",
        "smtp_connect_timeout",
        "no_email_faults",
        "no_checker_emails",
        "startup_script_timeout",
        "shutdown_script_timeout",
        "reload_check_config",
        "reload_time_file",
        "reload_repeat",
        "reload_file",
        "checker_priority",
        "checker_no_swap",
        "checker_rt_priority",
        "checker_cpu_affinity",
        "checker_process_name",
        "checker_rlimit_rttime",
        "checker_rlimit_rtime",
        "process_name",
        "process_names",
        "process_monitor_rcv_bufs",
        "process_monitor_rcv_bufs_force",
        "lvs_netlink_cmd_rcv_bufs",
        "lvs_netlink_cmd_rcv_bufs_force",
        "lvs_netlink_monitor_rcv_bufs",
        "lvs_netlink_monitor_rcv_bufs_force",
        "default_interface",
        "dynamic_interfaces",
        "disable_local_igmp",
        "use_symlink_paths",
        "notify_priority_changes",
        "fifo_write_vrrp_states_on_reload",
        "net_namespace",
        "net_namespace_ipvs",
        "namespace_with_ipsets",
        "instance",
        "use_pid_dir",
        "nftables",
        "nftables_counters",
        "nftables_ifindex",
        "umask",
        "child_wait_time",
        "config_save_dir",
        "tmp_config_directory",
        "data_use_instance",
        "json_version",
        "iproute_usr_dir",
        "iproute_etc_dir",
        "max_auto_priority",
        "min_auto_priority_delay",
        "log_unknown_vrids",
        "state_dump_file",
        "stats_dump_file",
        "json_dump_file",
        "vmac_prefix",
        "vmac_addr_prefix",
        "enable_traps",
        "enable_dbus"
    };

    private static final String[] OTHER_PARTS = {"vrrp_", "bfd_", "snmp_", "enable_snmp_", "dbus_"};

    private GlobalKeys() {}

    /** Whether a key belongs to another part of keepalived, by its first letters. */
    static boolean ofOtherParts(String key) {
        for (String part : OTHER_PARTS) {
            if (key.startsWith(part) && key.length() > part.length()) {
                return true;
            }
        }
        return false;
    }
}
