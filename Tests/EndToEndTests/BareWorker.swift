import Foundation
import Glibc
import Wire

/// A real worker that a test speaks to itself, over two pipes.
final class BareWorker {
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    private var reader = FrameReader()

    /// - Parameters:
    ///   - folder: holds its gallery, if there is one, and its styles.
    ///   - more: flags over the usual ones.
    ///   - environment: all of it; this process's unless it is given.
    init(in folder: String, _ more: [String] = [], environment: [String: String]? = nil) throws {
        if let environment { process.environment = environment }
        process.executableURL = Programs.worker
        process.arguments =
            [
                "--models", Assets.models, "--gallery", folder + "/gallery.sqlite", "--styles", folder,
                "--threads", "1", "--defaults", #"{"size":96}"#,
            ] + more
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit {
        // It hears SIGTERM although the thread that started it may block that.
        process.terminate()
        process.waitUntilExit()
    }

    func send(_ request: WorkerRequest) throws {
        input.fileHandleForWriting.write(try FrameCodec.frame(request))
    }

    /// The next message for which `find` gives something; others are passed over.
    func first<Value>(_ find: (WorkerMessage) -> Value?) throws -> Value {
        while true {
            while let payload = try reader.next() {
                if let found = find(try FrameCodec.value(WorkerMessage.self, of: payload)) { return found }
            }
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw Disappointment("the worker has nothing more to say") }
            reader.append(bytes)
        }
    }
}
