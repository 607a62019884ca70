/// Scratch memory of steps, as large as the hungriest step asked for: one piece a worker, and one for all of them.
final class Workspace {
    private let workers: Int
    private var floats = 0
    private var sharedFloats = 0
    private var storage: AlignedStorage?

    init(workers: Int) { self.workers = workers }

    /// Asks for at least so many floats a worker. Only before `seal()`.
    func reserve(_ count: Int) {
        precondition(storage == nil, "reserving scratch after it was allocated")
        floats = max(floats, Self.wholeLines(count))
    }

    /// Asks for at least so many floats that all workers share. Only before `seal()`.
    func reserveShared(_ count: Int) {
        precondition(storage == nil, "reserving scratch after it was allocated")
        sharedFloats = max(sharedFloats, Self.wholeLines(count))
    }

    private static func wholeLines(_ count: Int) -> Int {
        let line = Tensor.alignment / MemoryLayout<Float>.stride
        return (count + line - 1) / line * line
    }

    func seal() { storage = AlignedStorage(count: floats * workers + sharedFloats) }

    /// Bytes held once sealed.
    var bytes: Int { (floats * workers + sharedFloats) * MemoryLayout<Float>.stride }

    /// The scratch of one worker. Its content does not survive a step.
    func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { storage!.pointer + worker * floats }

    /// The scratch that all workers share. Its content does not survive a step.
    var shared: UnsafeMutablePointer<Float> { storage!.pointer + workers * floats }
}
