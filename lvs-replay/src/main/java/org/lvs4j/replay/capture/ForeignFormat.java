package org.lvs4j.replay.capture;

import org.jspecify.annotations.Nullable;

/** Files that are no captures of a supported format, and how they become one: compressed ones, and other formats. */
final class ForeignFormat {
    private ForeignFormat() {}

    /** What to do with a file that starts with four bytes, or null if they are not known. */
    static @Nullable String hint(int magic) {
        return switch (magic) {
            case 0x28b52ffd -> compressed("zstd", "unzstd");
            case 0xfd377a58 -> compressed("xz", "unxz");
            case 0x04224d18, 0x184d2204 -> compressed("lz4", "unlz4");
            case 0x4c5a4950 -> compressed("lzip", "lzip -d");
            case 0x504b0304 -> compressed("zip", "unzip");
            case 0x377abcaf -> compressed("7-Zip", "7z x");
            case 0x736e6f6f -> "it is a snoop capture" + converted();
            case 0xa1b2cd34, 0x34cdb2a1 -> "it is a pcap capture of a modified format" + converted();
            default -> byPrefix(magic);
        };
    }

    private static @Nullable String byPrefix(int magic) {
        if (magic >>> 16 == 0x1f8b) {
            return compressed("gzip", "gunzip");
        } else if (magic >>> 16 == 0x1f9d) {
            return compressed("compress", "uncompress");
        } else if (magic >>> 8 == 0x425a68) {
            return compressed("bzip2", "bunzip2");
        }
        return null;
    }

    private static String compressed(String name, String program) {
        return "it is compressed by " + name + ", unpack it with " + program + " first";
    }

    private static String converted() {
        return ", convert it with 'editcap -F pcap' first";
    }
}
