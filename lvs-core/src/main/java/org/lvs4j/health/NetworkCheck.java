package org.lvs4j.health;

/** A check that sends packets to a target and judges the answer. */
public sealed interface NetworkCheck extends Check
        permits TcpCheck, HttpCheck, GrpcCheck, SmtpCheck, DnsCheck, UdpCheck, PingCheck {
    /** The address that is asked, and how it is reached. */
    ProbeTarget target();

    /** When it is asked. */
    CheckSchedule schedule();
}
