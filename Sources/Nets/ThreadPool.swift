import COpenBLAS
import Foundation
import Synchronization

/// Persistent threads that share out numbered pieces of work.
///
/// The calling thread works too, so `ThreadPool(threads: 1)` starts none. Pieces are taken in order by whoever is free;
/// results do not depend on that as long as every piece writes its own memory, and kernels cut their pieces by shape
/// alone, never by the number of threads. OpenBLAS is held to one thread: the parallelism is here.
///
/// `@unchecked Sendable`: `parallel` is serialised by `gate`; what the threads share is atomic or guarded by `mutex`.
package final class ThreadPool: @unchecked Sendable {
    /// Threads that work, the caller included. Workers are numbered `0 ..< threads`.
    package let threads: Int
    /// How many of them work from now on, 1 to ``threads``; the others rest. Results do not depend on it.
    package var active: Int {
        get { working.load(ordering: .relaxed) }
        set {
            precondition((1...threads).contains(newValue), "\(newValue) of \(threads) threads")
            working.store(newValue, ordering: .relaxed)
        }
    }

    private let working: Atomic<Int>
    private let shared: Shared
    private let gate = Mutex(())
    private var handles: [pthread_t] = []

    /// - Parameter threads: at least 1; by default one a processor that this process may use.
    package init(threads: Int = ThreadPool.processors) {
        precondition(threads >= 1, "a pool of \(threads) threads")
        openblas_set_num_threads(1)
        self.threads = threads
        working = Atomic(threads)
        shared = Shared()
        for worker in 1..<max(threads, 1) { handles.append(ThreadPool.start(worker: worker, shared: shared)) }
    }

    deinit {
        shared.stop()
        for handle in handles { pthread_join(handle, nil) }
    }

    /// Processors that this process may run on.
    package static var processors: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }

    /// Runs `body(piece, worker)` for every piece in `0 ..< pieces` and returns when all are done.
    ///
    /// `worker` tells which scratch memory is the piece's own while it runs. Must not be called from within a piece.
    package func parallel(_ pieces: Int, _ body: (_ piece: Int, _ worker: Int) -> Void) {
        if pieces <= 0 { return }
        let active = active
        if active == 1 || pieces == 1 {
            for piece in 0..<pieces { body(piece, 0) }
            return
        }
        gate.withLock { _ in
            withoutActuallyEscaping(body) { shared.run(pieces: pieces, threads: threads, active: active, $0) }
        }
    }

    private static func start(worker: Int, shared: Shared) -> pthread_t {
        let ticket = Unmanaged.passRetained(Ticket(worker: worker, shared: shared))
        #if canImport(Glibc)
            var handle = pthread_t()
            let code = pthread_create(
                &handle, nil,
                { argument in
                    let ticket = Unmanaged<Ticket>.fromOpaque(argument!).takeRetainedValue()
                    ticket.shared.serve(worker: ticket.worker)
                    return nil
                }, ticket.toOpaque())
            precondition(code == 0, "pthread_create failed with \(code)")
            return handle
        #else
            var handle: pthread_t?
            let code = pthread_create(
                &handle, nil,
                { argument in
                    let ticket = Unmanaged<Ticket>.fromOpaque(argument).takeRetainedValue()
                    ticket.shared.serve(worker: ticket.worker)
                    return nil
                }, ticket.toOpaque())
            precondition(code == 0, "pthread_create failed with \(code)")
            return handle!
        #endif
    }

    private final class Ticket {
        let worker: Int
        let shared: Shared

        init(worker: Int, shared: Shared) {
            self.worker = worker
            self.shared = shared
        }
    }
}

/// What the threads of a pool have in common. It outlives the pool until the last thread has ended.
///
/// `@unchecked Sendable`: `body`, `pieces` and `active` are written before `generation` is raised and read only after it was seen.
private final class Shared: @unchecked Sendable {
    /// Polls before a thread goes to sleep, about 0.3 ms: bridges what one thread does alone between two kernels.
    private static let polls = 20_000

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let idle = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private var body: ((Int, Int) -> Void)?
    private var pieces = 0
    private var active = 0
    private let generation = Atomic<Int>(0)
    private let next = Atomic<Int>(0)
    private let busy = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(wake, nil)
        pthread_cond_init(idle, nil)
    }

    deinit {
        pthread_cond_destroy(idle)
        pthread_cond_destroy(wake)
        pthread_mutex_destroy(mutex)
        idle.deallocate()
        wake.deallocate()
        mutex.deallocate()
    }

    func run(pieces: Int, threads: Int, active: Int, _ body: @escaping (Int, Int) -> Void) {
        self.body = body
        self.pieces = pieces
        self.active = active
        next.store(0, ordering: .relaxed)
        busy.store(threads - 1, ordering: .relaxed)
        pthread_mutex_lock(mutex)
        generation.add(1, ordering: .sequentiallyConsistent)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)

        take(worker: 0)

        if !poll({ busy.load(ordering: .acquiring) == 0 }) {
            pthread_mutex_lock(mutex)
            while busy.load(ordering: .acquiring) > 0 { pthread_cond_wait(idle, mutex) }
            pthread_mutex_unlock(mutex)
        }
        self.body = nil
    }

    /// Waits for a short while; whether the condition holds.
    @inline(__always)
    private func poll(_ condition: () -> Bool) -> Bool {
        for _ in 0..<Shared.polls {
            if condition() { return true }
            limner_spin_pause()
        }
        return condition()
    }

    func serve(worker: Int) {
        var seen = 0
        while true {
            if !poll({ generation.load(ordering: .acquiring) != seen }) {
                pthread_mutex_lock(mutex)
                while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
                pthread_mutex_unlock(mutex)
            }
            if stopping.load(ordering: .acquiring) { return }
            seen += 1
            if worker < active { take(worker: worker) }
            if busy.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 {
                pthread_mutex_lock(mutex)
                pthread_cond_signal(idle)
                pthread_mutex_unlock(mutex)
            }
        }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        pthread_mutex_lock(mutex)
        generation.add(1, ordering: .sequentiallyConsistent)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
    }

    private func take(worker: Int) {
        guard let body else { return }
        while true {
            let piece = next.add(1, ordering: .relaxed).oldValue
            if piece >= pieces { return }
            body(piece, worker)
        }
    }
}
