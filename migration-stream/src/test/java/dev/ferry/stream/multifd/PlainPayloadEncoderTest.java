package dev.ferry.stream.multifd;

class PlainPayloadEncoderTest extends PayloadEncoderContract {

    @Override
    int[] levels() {
        return new int[] {1};
    }

    @Override
    PayloadEncoder encoder(int level) {
        return new PlainPayloadEncoder();
    }

    @Override
    PayloadDecoder decoder() {
        return new PlainPayloads();
    }

    @Override
    MultiFdCompression method() {
        return MultiFdCompression.NONE;
    }
}
