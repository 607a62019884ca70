import Foundation
import Spool
import Wire

/// The studio as a command asks it: through the daemon when one answers, else by reading the queue's file.
struct Studio {
    let settings: Settings
    let client: ControlClient

    init(_ options: StudioOptions) throws {
        settings = try options.settings()
        client = ControlClient(socket: settings.folders.controlSocket)
    }

    /// An answer, and whether the daemon gave it.
    struct Answer<Value> {
        var value: Value
        var isLive: Bool
    }

    /// Asks the daemon; when none answers, reads the queue and says so on standard error.
    func ask<Value>(
        live: (ControlClient) async throws -> Value, offline: (QueueReader) async throws -> Value
    ) async throws -> Answer<Value> {
        do {
            return Answer(value: try await live(client), isLive: true)
        } catch SpoolError.daemonUnreachable {
            let path = settings.folders.database
            guard FileManager.default.fileExists(atPath: path) else {
                throw CommandError.nothingToAsk(root: settings.root)
            }
            do {
                return Answer(value: try await offline(QueueReader(path: path)), isLive: false)
            } catch let error as CommandError {
                throw error
            } catch {
                throw CommandError.databaseUnreadable(path: path, reason: "\(error)")
            }
        }
    }

    /// What to say of an answer that no daemon gave.
    static let offlineNote = "limner: no daemon answers; this is what its queue says"
}
