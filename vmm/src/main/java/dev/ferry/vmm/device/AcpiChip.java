package dev.ferry.vmm.device;

/** The chip that has the power button. */
public interface AcpiChip {

    /** Somebody presses it: ACPI tells the guest. */
    void powerButton();

    /** The guest was woken from suspend. */
    void woken();
}
