/// Scratch memory that steps share: one piece a worker, as large as the hungriest step asked for.
final class Workspace {
    private let workers: Int
    private var floats = 0
    private var storage: AlignedStorage?

    init(workers: Int) { self.workers = workers }

    /// Asks for at least so many floats a worker. Only before `seal()`.
    func reserve(_ count: Int) {
        precondition(storage == nil, "reserving scratch after it was allocated")
        let line = Tensor.alignment / MemoryLayout<Float>.stride
        floats = max(floats, (count + line - 1) / line * line)
    }

    func seal() { storage = AlignedStorage(count: floats * workers) }

    /// Bytes held once sealed.
    var bytes: Int { floats * workers * MemoryLayout<Float>.stride }

    /// The scratch of one worker. Its content does not survive a step.
    func scratch(_ worker: Int) -> UnsafeMutablePointer<Float> { storage!.pointer + worker * floats }
}
