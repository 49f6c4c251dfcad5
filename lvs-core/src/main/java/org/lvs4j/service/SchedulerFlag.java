package org.lvs4j.service;

/**
 * The three flags that a service passes to its scheduler ({@code ipvsadm -b}, {@code IP_VS_SVC_F_SCHED1} to {@code 3}).
 * Each scheduler defines what a flag means to it and ignores the others.
 */
public enum SchedulerFlag {
    /** {@code flag-1}. See {@link #FALLBACK}. */
    FLAG_1,
    /** {@code flag-2}. See {@link #PORT}. */
    FLAG_2,
    /** {@code flag-3}. No scheduler of IPVS uses it. */
    FLAG_3;

    /**
     * {@code sh-fallback} and {@code mh-fallback}, which is {@link #FLAG_1}: another server is chosen if the hashed one
     * is unavailable.
     */
    public static final SchedulerFlag FALLBACK = FLAG_1;

    /**
     * {@code sh-port} and {@code mh-port}, which is {@link #FLAG_2}: the client's port is hashed as well
     * as its address.
     */
    public static final SchedulerFlag PORT = FLAG_2;
}
