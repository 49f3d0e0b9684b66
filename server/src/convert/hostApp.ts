/** The app that carries the dext and asks the system to activate it. */
import type { DextProject } from './project.ts';

export function activatorSource(project: DextProject): string {
  return `// Asks the system to install or remove the driver inside this app, and tells what became of it.
//
// The app must lie in /Applications: activation fails from anywhere else (unless
// \`systemextensionsctl developer on\` is set).
import Combine
import Foundation
import SystemExtensions
import os.log

final class DriverActivator: NSObject, ObservableObject, OSSystemExtensionRequestDelegate {
    /// Bundle id of the dext in Contents/Library/SystemExtensions.
    static let driverIdentifier = "${project.dextId}"

    @Published private(set) var state = "Not asked yet."

    func activate() {
        submit(.activationRequest(forExtensionWithIdentifier: Self.driverIdentifier, queue: .main))
    }

    func deactivate() {
        submit(.deactivationRequest(forExtensionWithIdentifier: Self.driverIdentifier, queue: .main))
    }

    private func submit(_ request: OSSystemExtensionRequest) {
        request.delegate = self
        state = "Asked the system…"
        OSSystemExtensionManager.shared.submitRequest(request)
    }

    /// Another version is installed already. Replacing it is what a driver update wants.
    func request(
        _ request: OSSystemExtensionRequest,
        actionForReplacingExtension existing: OSSystemExtensionProperties,
        withExtension ext: OSSystemExtensionProperties
    ) -> OSSystemExtensionRequest.ReplacementAction {
        os_log("Replacing driver version %{public}@ by %{public}@", existing.bundleVersion, ext.bundleVersion)
        return .replace
    }

    /// The request waits until the user allows the driver in System Settings.
    func requestNeedsUserApproval(_ request: OSSystemExtensionRequest) {
        state = "Allow the driver in System Settings, General, Login Items & Extensions."
    }

    func request(_ request: OSSystemExtensionRequest, didFinishWithResult result: OSSystemExtensionRequest.Result) {
        state = result == .completed ? "Done." : "Done; a restart completes it."
    }

    /// OSSystemExtensionErrorDomain: 2 missing entitlement, 3 not in /Applications, 4 no such extension inside
    /// the app, 8 signature, 9 bundle or usage description refused.
    func request(_ request: OSSystemExtensionRequest, didFailWithError error: Error) {
        let cause = error as NSError
        os_log("Request failed: %{public}@ %ld", cause.domain, cause.code)
        state = "Failed: \\(cause.localizedDescription) (\\(cause.domain) \\(cause.code))"
    }
}
`;
}

export function appSource(project: DextProject): string {
  return `import SwiftUI

@main
struct ${project.name}HostApp: App {
    var body: some Scene {
        WindowGroup {
            DriverView()
        }
    }
}

struct DriverView: View {
    @StateObject private var activator = DriverActivator()

    var body: some View {
        VStack(alignment: .leading, spacing: 12) {
            Text("${project.name} driver").font(.headline)
            Text(activator.state).fixedSize(horizontal: false, vertical: true)
            HStack {
                Button("Install driver", action: activator.activate)
                Button("Remove driver", action: activator.deactivate)
            }
        }
        .padding()
        .frame(minWidth: 380, alignment: .leading)
    }
}
`;
}
