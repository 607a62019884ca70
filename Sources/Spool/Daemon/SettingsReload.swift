import Gallery
import Logging
import ServiceLifecycle
import UnixSignals
import Wire

/// Reads the settings anew, and has remembered faces asked again when another model is in use.
struct SettingsReload: Sendable {
    let settings: SettingsBox
    let gallery: Gallery
    let remembrance: Remembrance
    let logger: Logger

    /// - Returns: what changed.
    /// - Throws: `SettingsError` with every mistake; then the old settings stay in force.
    func callAsFunction() throws -> [SettingsBox.Change] {
        let changes = try settings.reload()
        logger.notice("settings read again: \(changes.isEmpty ? "nothing changed" : "\(changes.count) changed")")
        for change in changes { logger.notice("\(change)") }
        if changes.contains(where: { $0.key == SettingsResolver.activated }) {
            do {
                try gallery.reconsider()
            } catch {
                logger.error("remembered faces are not asked again: \(error.reason)")
            }
            remembrance.bell.ring()
        }
        return changes
    }
}

/// Reads the settings at each SIGHUP.
struct SettingsReloadService: Service {
    let reload: SettingsReload
    let notifier: ServiceNotifier
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            notifier.reloading()
            do {
                _ = try reload()
            } catch {
                logger.error("the settings stay as they were: \(error)")
            }
            notifier.ready(status: "settings read again")
        }
    }
}
