import CInotifyTools
import Foundation
import Glibc
import Synchronization

/// Hints that something happened in the inbox, from libinotifytools. Only hints: every one of them leads to another
/// look, and the look is what counts, so that a lost event delays a file but never loses it.
///
/// The library keeps its buffer and descriptor in static variables: one reader a process, and one thread that reads.
package final class InotifyReader: Sendable {
    package enum Hint: Sendable, Equatable {
        /// Something changed in a watched folder.
        case changed
        /// The kernel dropped events.
        case overflow
    }

    /// The hints, until ``stop()``.
    package let hints: AsyncStream<Hint>

    private let descriptor: Int32
    private let feed: AsyncStream<Hint>.Continuation
    private let state: Mutex<State>

    private struct State {
        var stopped = false
        /// Whether the library has been given back.
        var ended = false
        /// Those who wait for that.
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Watch descriptor by the folder's device and inode: watching a folder twice gives the same one.
        var watches: Set<Int32> = []
        /// Names whose events somebody waits for, and whether one has come.
        var awaited: [FileName: Bool] = [:]
    }

    /// - Throws: ``SpoolError/inotify(errno:)``: `EBUSY` when this process has a reader already, `EMFILE` when the
    ///   user has too many.
    package init() throws {
        let descriptor = limner_inotify_open()
        guard descriptor >= 0 else { throw SpoolError.inotify(errno: -descriptor) }
        self.descriptor = descriptor
        state = Mutex(State())
        // One pending hint is as good as many: each leads to a look at everything.
        (hints, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(2))
        let thread = Thread { [self] in read() }
        thread.name = "inotify"
        thread.start()
    }

    /// Lends a reader to `body`, and ends it.
    ///
    /// - Throws: what `init()` throws, and what `body` throws.
    static func with<Value>(_ body: (InotifyReader) async throws -> Value) async throws -> Value {
        let reader = try InotifyReader()
        let value: Value
        do {
            value = try await body(reader)
        } catch {
            await reader.stop()
            throw error
        }
        await reader.stop()
        return value
    }

    /// Watches a folder; once more is no harm.
    ///
    /// - Throws: ``SpoolError/system(call:path:errno:)``: `ENOSPC` when `fs.inotify.max_user_watches` is used up.
    package func watch(_ folder: Folder) throws {
        try state.withLock { state in
            guard !state.stopped else { return }
            let watch = limner_inotify_watch(descriptor, folder.descriptor)
            guard watch >= 0 else {
                throw SpoolError.system(call: "inotify_add_watch", path: folder.path, errno: -watch)
            }
            state.watches.insert(watch)
        }
    }

    /// How many folders are watched.
    package var watchCount: Int { state.withLock { $0.watches.count } }

    /// Looks out for an event of a name, in whichever folder.
    package func await(_ name: FileName) { state.withLock { $0.awaited[name] = false } }

    /// Whether an event of a name came since ``await(_:)``.
    package func hasSeen(_ name: FileName) -> Bool { state.withLock { $0.awaited[name] ?? false } }

    package func forget(_ name: FileName) { _ = state.withLock { $0.awaited.removeValue(forKey: name) } }

    /// Ends the reading thread and the stream, and returns when the descriptor is closed and another reader may be made.
    package func stop() async {
        state.withLock { state in
            guard !state.stopped else { return }
            state.stopped = true
            // Each removal is an event of its own, which wakes the thread at once.
            for watch in state.watches { _ = limner_inotify_unwatch(descriptor, watch) }
        }
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.ended { state.waiting.append(continuation) }
                return state.ended
            }
            if hasEnded { continuation.resume() }
        }
    }

    private func read() {
        /// Upper bound in seconds on how long ``stop()`` may go unnoticed when nothing was ever watched.
        let patience: Int32 = 1
        // Once stopped, the events up to the last watch's end are still taken: what stays in the library's buffer would be
        // read by the next reader, whose watches have the same numbers.
        while !state.withLock({ $0.stopped && $0.watches.isEmpty }) {
            var event = limner_inotify_event()
            let result = limner_inotify_next(patience, &event)
            if result == 0 {
                // After an overflow not every watch's end is told.
                if state.withLock({ $0.stopped }) { break }
                continue
            }
            if result < 0 {
                // The look at intervals goes on without us; a descriptor that fails once fails for ever.
                break
            }
            if event.mask & UInt32(IN_IGNORED) != 0 { _ = state.withLock { $0.watches.remove(event.watch) } }
            note(&event)
            feed.yield(event.mask & UInt32(IN_Q_OVERFLOW) != 0 ? .overflow : .changed)
        }
        state.withLock { $0.stopped = true }
        limner_inotify_close()
        feed.finish()
        let waiting = state.withLock { state in
            state.ended = true
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func note(_ event: inout limner_inotify_event) {
        let count = Int(event.name_count)
        guard count > 0, state.withLock({ !$0.awaited.isEmpty }) else { return }
        let name = FileName(bytes: withUnsafeBytes(of: &event.name) { Array($0.prefix(count)) })
        state.withLock { if $0.awaited[name] != nil { $0.awaited[name] = true } }
    }
}
