import Gallery
import Synchronization
import Wire

/// The faces of finished jobs on their way into the gallery, which takes up those of many jobs at once: to wait for the disk once more for
/// each costs as much as to read its faces.
///
/// A daemon that is killed forgets those of the last second.
package final class Remembrance: Sendable {
    /// Rung when faces came or people changed.
    let bell = Bell()
    private let waiting = Mutex<[(job: JobIdentifier, faces: [SeenFace])]>([])
    /// What the settings say now.
    let policy: @Sendable () -> GalleryPolicy

    /// Jobs that are kept while the gallery takes none.
    private static let most = 10_000

    package init(policy: @escaping @Sendable () -> GalleryPolicy) { self.policy = policy }

    func keep(_ faces: [SeenFace], of job: JobIdentifier) {
        let policy = policy()
        guard !faces.isEmpty, policy.remember > .zero || policy.cohort == .collect else { return }
        waiting.withLock { $0.append((job, faces)) }
        bell.ring()
    }

    /// Hands over all that waits.
    func settle(in gallery: Gallery) throws {
        let jobs = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        guard !jobs.isEmpty else { return }
        do {
            try gallery.remember(jobs, policy: policy())
        } catch {
            waiting.withLock { $0 = (jobs + $0).suffix(Self.most) }
            throw error
        }
    }
}
