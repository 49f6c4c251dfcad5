package org.lvs4j.config.keepalived;

import java.util.Map;
import java.util.Set;

/** The keys that are followed by a block, by the block in which they stand; the empty name is the file itself. */
final class BlockKeys {
    static final String FILE = "";

    static final Set<String> CHECKS = Set.of(
            "TCP_CHECK",
            "HTTP_GET",
            "SSL_GET",
            "SMTP_CHECK",
            "DNS_CHECK",
            "UDP_CHECK",
            "PING_CHECK",
            "MISC_CHECK",
            "FILE_CHECK",
            "BFD_CHECK");

    /** Blocks of the file that belong to other parts of keepalived. */
    static final Set<String> OF_OTHER_PARTS = Set.of(
            "vrrp_instance",
            "vrrp_sync_group",
            "vrrp_script",
            "vrrp_track_process",
            "track_process",
            "static_ipaddress",
            "static_routes",
            "static_rules",
            "static_track_group",
            "interface_up_down_delays",
            "bfd_instance",
            "garp_group",
            "linkbeat_interfaces");

    private static final Map<String, Set<String>> BY_BLOCK = Map.of(
            FILE,
            Set.of("global_defs", "virtual_server", "virtual_server_group", "track_file", "vrrp_track_file"),
            "virtual_server",
            Set.of("real_server"),
            "real_server",
            CHECKS,
            "HTTP_GET",
            Set.of("url"),
            "SSL_GET",
            Set.of("url"),
            "SMTP_CHECK",
            Set.of("host"));

    /** Blocks of the file whose names mean nothing anywhere else: inside another block, a brace is missing before them. */
    private static final Set<String> ONLY_IN_FILE = Set.of(
            "global_defs",
            "virtual_server",
            "virtual_server_group",
            "vrrp_instance",
            "vrrp_sync_group",
            "vrrp_script",
            "bfd_instance");

    private BlockKeys() {}

    static boolean opensBlock(String block, String key) {
        return BY_BLOCK.getOrDefault(block, Set.of()).contains(key)
                || block.equals(FILE) && OF_OTHER_PARTS.contains(key);
    }

    static boolean onlyInFile(String key) {
        return ONLY_IN_FILE.contains(key);
    }

    /** Whether a key opens a block anywhere. */
    static boolean opensBlock(String key) {
        return BY_BLOCK.values().stream().anyMatch(keys -> keys.contains(key)) || OF_OTHER_PARTS.contains(key);
    }

    /** Whether a key opens a block inside of another block. */
    static boolean isInner(String key) {
        return key.equals("real_server") || key.equals("url") || key.equals("host") || CHECKS.contains(key);
    }

    /** Whether a block can only be part of a real server. */
    static boolean insideServer(String block) {
        return block.equals("real_server") || CHECKS.contains(block) || block.equals("url") || block.equals("host");
    }
}
