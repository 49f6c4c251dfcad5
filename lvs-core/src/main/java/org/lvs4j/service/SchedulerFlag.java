package org.lvs4j.service;

/** The three flags that a service passes to its scheduler; what each does is the scheduler's affair. */
public enum SchedulerFlag {
    /** First flag. For {@code sh} and {@code mh}: fall back to another server when the hashed one is unavailable. */
    FLAG_1,
    /** Second flag. For {@code sh} and {@code mh}: hash the client's port as well. */
    FLAG_2,
    /** Third flag; no scheduler of IPVS uses it. */
    FLAG_3;

    /** {@code sh-fallback} and {@code mh-fallback}. */
    public static final SchedulerFlag FALLBACK = FLAG_1;

    /** {@code sh-port} and {@code mh-port}. */
    public static final SchedulerFlag PORT = FLAG_2;
}
