package org.lvs4j.config;

import org.jspecify.annotations.Nullable;
import org.lvs4j.service.RealServer;
import org.lvs4j.service.VirtualService;

/**
 * The attributes of services and servers that the language of {@code ipvsadm} can express. Every other attribute, such
 * as the slow start of a service, survives a rule that describes the same service or server again.
 */
final class RuleScope {
    private RuleScope() {}

    /**
     * A service as a rule describes it.
     *
     * @param running the service of the same key whose other attributes stay, or null if there is none
     * @param own whether the rule says what is ours, so that it describes every attribute
     */
    static VirtualService overlay(VirtualService rule, @Nullable VirtualService running, boolean own) {
        if (running == null || own) {
            return rule;
        }
        return running.toBuilder()
                .scheduler(rule.scheduler())
                .flags(rule.flags())
                .persistence(rule.persistence())
                .onePacket(rule.onePacket())
                .build();
    }

    /**
     * A server as a rule describes it.
     *
     * @param running the server of the same endpoint whose other attributes stay, or null if there is none
     */
    static RealServer overlay(RealServer rule, @Nullable RealServer running) {
        if (running == null) {
            return rule;
        }
        return running.toBuilder()
                .weight(rule.weight())
                .forwarding(rule.forwarding())
                .upperThreshold(rule.upperThreshold())
                .lowerThreshold(rule.lowerThreshold())
                .build();
    }
}
