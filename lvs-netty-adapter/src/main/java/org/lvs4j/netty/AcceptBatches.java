package org.lvs4j.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Ends a round of accepting when there are no descriptors for a further client and its server. NIO reports the clients
 * of a round at its end only, so they are counted here.
 */
final class AcceptBatches implements RecvByteBufAllocator {
    private static final int CLIENTS = 16;

    private final DescriptorReserve reserve;

    AcceptBatches(DescriptorReserve reserve) {
        this.reserve = reserve;
    }

    @Override
    @SuppressWarnings("deprecation") // The type that the interface demands.
    public Handle newHandle() {
        return new Batch((ExtendedHandle) new ServerChannelRecvByteBufAllocator()
                .maxMessagesPerRead(CLIENTS)
                .newHandle());
    }

    private final class Batch extends DelegatingHandle implements ExtendedHandle {
        private final ExtendedHandle handle;
        private int accepted;

        Batch(ExtendedHandle handle) {
            super(handle);
            this.handle = handle;
        }

        @Override
        public void reset(ChannelConfig config) {
            accepted = 0;
            super.reset(config);
        }

        @Override
        public void incMessagesRead(int clients) {
            accepted += clients;
            super.incMessagesRead(clients);
        }

        @Override
        public boolean continueReading() {
            return reserve.fits(accepted + 1) && super.continueReading();
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier more) {
            return reserve.fits(accepted + 1) && handle.continueReading(more);
        }
    }
}
