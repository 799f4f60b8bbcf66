package dev.ferry.vmm.device;

/** The ACPI registers behind ports. */
final class AcpiPorts {

    private AcpiPorts() {}

    static PortDevice of(AcpiRegisters registers) {
        return new PortDevice() {
            @Override
            public int in(int port, int size) {
                return registers.read(port, size);
            }

            @Override
            public void out(int port, int size, int value) {
                registers.write(port, size, value);
            }
        };
    }
}
