#include <DriverKit/DriverKit.h>
#include <USBDriverKit/USBDriverKit.h>
#include <os/log.h>

#include "UsbLampDimmer.h"
#include "UsbLampDriver.h"

kern_return_t IMPL(UsbLampDriver, Start)
{
    kern_return_t result = Start(provider, SUPERDISPATCH);
    if (result != kIOReturnSuccess) {
        return result;
    }
    os_log(OS_LOG_DEFAULT, "UsbLampDriver: the lamp is here");
    return RegisterService();
}

kern_return_t IMPL(UsbLampDriver, Stop)
{
    os_log(OS_LOG_DEFAULT, "UsbLampDriver: the lamp is gone");
    return Stop(provider, SUPERDISPATCH);
}

kern_return_t IMPL(UsbLampDimmer, Start)
{
    kern_return_t result = Start(provider, SUPERDISPATCH);
    if (result != kIOReturnSuccess) {
        return result;
    }
    return RegisterService();
}
