import SwiftUI
import SystemExtensions

@main
struct UsbLampApp: App {
    @State private var installer = DriverInstaller()

    var body: some Scene {
        WindowGroup("USB Lamp") {
            VStack(spacing: 16) {
                Text(installer.state)
                Button("Install Driver", action: installer.install)
            }
            .padding(40)
        }
    }
}

/// Asks the system to activate the driver that lies in Contents/Library/SystemExtensions.
@Observable
final class DriverInstaller: NSObject, OSSystemExtensionRequestDelegate {
    private(set) var state = "The driver is not installed."

    func install() {
        let request = OSSystemExtensionRequest.activationRequest(
            forExtensionWithIdentifier: "com.example.UsbLamp.Driver", queue: .main)
        request.delegate = self
        OSSystemExtensionManager.shared.submitRequest(request)
    }

    func requestNeedsUserApproval(_ request: OSSystemExtensionRequest) {
        state = "Allow the driver in System Settings."
    }

    func request(
        _ request: OSSystemExtensionRequest, didFinishWithResult result: OSSystemExtensionRequest.Result
    ) {
        state = result == .completed ? "The driver is installed." : "Restart the Mac to finish."
    }

    func request(_ request: OSSystemExtensionRequest, didFailWithError error: Error) {
        state = "The driver was refused: \(error.localizedDescription)"
    }

    func request(
        _ request: OSSystemExtensionRequest, actionForReplacingExtension existing: OSSystemExtensionProperties,
        withExtension ext: OSSystemExtensionProperties
    ) -> OSSystemExtensionRequest.ReplacementAction {
        .replace
    }
}
