import Foundation
import GRDB
import Gallery
import Glibc
import Logging
import Synchronization
import Testing
import Wire

@testable import Spool

/// A root in a temporary folder, removed with the value. Its path is short, because a socket's path has to be.
final class TestRoot: Sendable {
    let path: String
    var paths: RootFolders { RootFolders(root: path) }

    init() {
        var template = Array("/tmp/limner-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file below the inbox in one go, with the folders that lead to it.
    func drop(_ relative: String, _ text: String = "") throws {
        try write(paths.inbox + "/" + relative, text)
    }

    func drop(_ relative: String, _ bytes: [UInt8]) throws {
        try write(paths.inbox + "/" + relative, Data(bytes))
    }

    func write(_ file: String, _ text: String) throws { try write(file, Data(text.utf8)) }

    private func write(_ file: String, _ data: Data) throws {
        let url = URL(fileURLWithPath: file)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: url)
    }

    /// Every file and link below a folder of the root, relative to it, sorted.
    func files(_ folder: String) -> [String] {
        let base = path + "/" + folder
        let all = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return all.filter { name in
            var status = stat()
            return lstat(base + "/" + name, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
        }.sorted()
    }

    func report(_ id: JobIdentifier) throws -> Report {
        let data = try Data(contentsOf: URL(fileURLWithPath: paths.outbox(of: id) + "/report.json"))
        return try WireJSON.decode(Report.self, from: data)
    }
}

/// A monotonic clock that a test moves.
final class HandClock: Sendable {
    private let time = Mutex<Int64>(1_000_000)
    var clock: MonotonicClock { MonotonicClock { self.time.withLock { $0 } } }
    func advance(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// The parts of a daemon below its services, on a root of their own; nothing runs by itself.
struct Parts {
    let root = TestRoot()
    let time = HandClock()
    let tree: RootTree
    let queue: Queue
    let troubles = Troubles()
    let gallery: Gallery
    let outbox: Outbox
    let intake: Intake
    let settings: Settings.Intake

    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    init(tellsReports: Bool = false, _ adjust: (inout Settings.Intake) -> Void = { _ in }) throws {
        var settings = Settings().intake
        settings.stability = .milliseconds(100)
        adjust(&settings)
        self.settings = settings
        tree = try RootTree(root.paths)
        queue = try Queue(path: root.paths.database, clock: time.clock, tellsReports: { tellsReports })
        gallery = Gallery(path: root.paths.gallery, access: .writing)
        outbox = Outbox(
            tree: tree, queue: queue, gallery: gallery, remembrance: Remembrance { GalleryPolicy() },
            troubles: troubles, logger: Self.quiet)
        intake = Intake(
            tree: tree, queue: queue, outbox: outbox, clock: time.clock, logger: Self.quiet,
            limits: { [settings] in settings })
    }

    /// Looks until everything that is in the inbox has rested and been taken as far as it goes.
    ///
    /// A program that another test is just starting has, for a moment, the files open that this process writes: what seems
    /// to have a writer is looked at some more times.
    func look(times: Int = 3, by other: Intake? = nil) async {
        let intake = other ?? intake
        var rest = RestWatch()
        for count in 1...(times + 20) {
            rest.look(at: tree.inbox, now: time.clock.now())
            await intake.consider(rest, settings)
            time.advance(settings.stability.milliseconds)
            guard count >= times else { continue }
            if await !intake.holdsOff { break }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// - Parameters:
    ///   - queue: the queue as the new daemon opens it.
    ///   - retries: `retries.max`.
    @discardableResult
    func reconcile(_ queue: Queue? = nil, retries: Int = 2) async -> Reconciler {
        let queue = queue ?? self.queue
        let outbox = Outbox(
            tree: tree, queue: queue, gallery: gallery, remembrance: Remembrance { GalleryPolicy() },
            troubles: troubles, logger: Self.quiet)
        let fresh = Intake(tree: tree, queue: queue, outbox: outbox, clock: time.clock, logger: Self.quiet)
        let reconciler = Reconciler(
            tree: tree, queue: queue, outbox: outbox, intake: fresh, logger: Self.quiet, retries: { retries })
        await reconciler.run()
        return reconciler
    }

    func jobs() throws -> [JobRecord] { try queue.jobs() }

    func onlyJob() throws -> JobRecord {
        let jobs = try jobs()
        try #require(jobs.count == 1)
        return jobs[0]
    }

    func counts() throws -> JobCounts { try queue.reader.counts() }
}

extension Queue {
    /// Puts a waiting job into the queue.
    func enqueue(_ id: JobIdentifier) throws {
        let job = try #require(try job(id))
        _ = try admit([Admission(job: job, why: "test")], noting: [], skippingTwins: false)
    }

    /// Records an end that was decided.
    func end(_ job: JobRecord, _ conclusion: Conclusion, error: ReportError? = nil, settled: Bool = false) throws {
        try end([Ended(id: job.id, conclusion: conclusion, error: error, why: "test", settled: settled)])
    }

    /// Every job, oldest first.
    func jobs() throws -> [JobRecord] {
        try pool.read { try JobRecord.fetchAll($0, sql: "SELECT * FROM job ORDER BY id") }
    }
}

/// What a worker proposes that has found a face.
func enrollment(of person: String) throws -> [GalleryChange] {
    let model = TemplateModel(name: "test", sha256: String(repeating: "5", count: 64))
    let template = try #require(Template(normalising: [1, 2, 3], model: model))
    let quality = FaceQuality(detectorScore: 1, eyeDistance: 50, sharpness: 10, frontality: 1)
    let new = NewTemplate(template: template, quality: quality, source: String(repeating: "a", count: 64))
    return [.enroll(EnrollmentProposal(person: try PersonName(person), templates: [new]))]
}

/// Waits for a condition; a failure names it.
func eventually(
    _ what: Comment, within limit: Duration = .seconds(120), location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(15))
    }
    Issue.record("never: \(what)", sourceLocation: location)
}

/// The folder that holds the programs which the package builds.
let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
