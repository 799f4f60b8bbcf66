package dev.ferry.stream.vmstate;

/** What came of reading a section that its stream does not describe. */
public sealed interface CatalogueResult {

    /**
     * A known layout fits; the input stands behind the body.
     *
     * @param layout the shape the section turned out to have, as a description would tell it
     */
    record Decoded(DeviceState state, VmStateLayout layout) implements CatalogueResult {

        /** The section as a description would list it. */
        public DeviceDescription description() {
            // A device that writes its bytes itself is described as one buffer, without a version.
            boolean oldStyle =
                    layout.version() == 0
                            && layout.fields().size() == 1
                            && layout.fields().getFirst().name().equals("data");
            return new DeviceDescription(state.name(), state.instance(), layout, oldStyle);
        }
    }

    /**
     * No known layout fits; the input stands at the body's first byte.
     *
     * @param reason why, in words
     * @param length bytes of the body if its end could be recognised, else {@link #UNKNOWN_LENGTH}
     */
    record Unknown(String reason, long length) implements CatalogueResult {
        /** The end was not found. */
        public static final long UNKNOWN_LENGTH = -1;
    }
}
