import Foundation
import Gallery
import Logging
import ServiceLifecycle
import Wire

/// Asks remembered faces again when people were enrolled, corrected or taken out, and adds to the reports what has changed.
package actor RetrospectService: Service {
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private nonisolated let executor = BlockingExecutor("limner.retrospect")

    let tree: RootTree
    let queue: Queue
    let gallery: Gallery
    let remembrance: Remembrance
    let settings: SettingsBox
    let troubles: Troubles
    let logger: Logger

    /// What troubles are told as.
    private static let subject = "remembered faces"
    private static let failing = "they cannot be asked again"
    /// After a ring, for those that follow it.
    private static let patience = Duration.seconds(1)
    /// Longest wait without a look, for what has to be forgotten.
    private static let longestWait = Duration.seconds(60)
    static let fileName = FileName("retrospect.json")
    /// Bytes of what was added to one report.
    private static let longestFile = 1 << 24

    init(
        tree: RootTree, queue: Queue, gallery: Gallery, remembrance: Remembrance, settings: SettingsBox,
        troubles: Troubles,
        logger: Logger
    ) {
        self.tree = tree
        self.queue = queue
        self.gallery = gallery
        self.remembrance = remembrance
        self.settings = settings
        self.troubles = troubles
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown { await self.lookAgainAndAgain() }
        try? remembrance.settle(in: gallery)
    }

    private func lookAgainAndAgain() async {
        let ear = remembrance.bell.ear()
        while !Task.isCancelled {
            do {
                try look()
                troubles.follow(Self.failing, because: nil, of: Self.subject, in: logger)
            } catch {
                troubles.follow(Self.failing, because: error, of: Self.subject, in: logger)
            }
            await ear.wait(atMost: Self.longestWait)
            await Task.rest(for: Self.patience)
        }
    }

    /// Takes up what jobs have seen, forgets what is old, and asks the rest again if people have changed.
    func look() throws {
        try remembrance.settle(in: gallery)
        guard FileManager.default.fileExists(atPath: gallery.path) else { return }
        try gallery.expire(GalleryPolicy(settings.current))
        let (faces, revision) = try gallery.outdated()
        guard !faces.isEmpty else { return }
        // A gallery of its own, so that what it takes of memory goes with it.
        let asked = Gallery(path: gallery.path, access: .reading, keyFile: gallery.keyFile, models: gallery.models)
        var searches: [(model: TemplateModel, rule: DecisionRule, search: GallerySearch?)] = []
        func search(_ model: TemplateModel, _ rule: DecisionRule) throws -> GallerySearch? {
            if let made = searches.first(where: { $0.model == model && $0.rule == rule }) { return made.search }
            let search = try asked.searchIndexIfAny(of: model).map { try GallerySearch($0, rule: rule) }
            searches.append((model, rule, search))
            return search
        }
        var told: [(face: RememberedFace, decision: FaceDecision, person: String?)] = []
        var failures: [String: any Error] = [:]
        for (job, faces) in Dictionary(grouping: faces, by: \.job) {
            do {
                let rule = try rule(of: job)
                let changes = try faces.map { face in
                    (face: face, now: Self.answer(face, try search(face.face.template.model, rule)))
                }.filter { $0.now.decision != $0.face.decision || $0.now.person != $0.face.person }
                if changes.isEmpty { continue }
                try add(changes.map(\.now), to: job)
                told += changes.map { ($0.face, $0.now.decision, $0.now.person) }
            } catch {
                failures[job] = error
            }
        }
        try gallery.note(told, askedAt: revision, but: Set(failures.keys))
        if !told.isEmpty { logger.info("\(told.count) remembered faces are answered otherwise now") }
        // The others are noted; these are tried again.
        if let (job, error) = failures.first {
            throw SpoolError.retrospectFailed(job: job, others: failures.count - 1, reason: error.reason)
        }
    }

    private static func answer(_ face: RememberedFace, _ search: GallerySearch?) -> Retrospect.Addition {
        if let person = face.confirmed {
            return .init(
                time: .now, face: face.number, input: face.picture, by: .user, decision: .match, person: person)
        }
        let verdict = search?.verdict(on: face.face.template, quality: face.face.quality, top: 1)
        return .init(
            time: .now, face: face.number, input: face.picture, by: .gallery, decision: verdict?.decision ?? .unknown,
            person: verdict?.person, candidate: verdict?.candidates.first)
    }

    /// What the job was asked to decide by, as far as the queue knows it, else the settings.
    private func rule(of job: String) throws -> DecisionRule {
        let task = try JobIdentifier(job).flatMap { try queue.job($0) }?.task
        let own = task.flatMap { $0.kind == .identify ? $0.options : nil } ?? JobOptions()
        let options = own.over(settings.current.options).resolved(for: .identify)
        return DecisionRule(
            threshold: options.threshold, fpir: options.fpir, minimumQuality: Float(options.minimumQuality))
    }

    /// A job whose folder the user has collected has no report to add to.
    private func add(_ additions: [Retrospect.Addition], to job: String) throws {
        guard let id = JobIdentifier(job), try tree.outbox.facts(FileName(job))?.kind == .folder else { return }
        let folder = try tree.outbox.folder(FileName(job))
        guard try folder.facts(RootTree.reportName) != nil else { return }
        var retrospect = try Self.read(folder) ?? Retrospect(id: id)
        for addition in additions {
            // It was added before, and that it was could not be noted.
            let last = retrospect.additions.last { $0.face == addition.face }
            if let last, (last.decision, last.person) == (addition.decision, addition.person) { continue }
            retrospect.additions.append(addition)
        }
        try folder.write(try WireJSON.encodePretty(retrospect), to: Self.fileName)
    }

    /// What stands beside a report; what is no such thing is written anew.
    private static func read(_ folder: Folder) throws -> Retrospect? {
        guard try folder.facts(fileName)?.kind == .regular, let bytes = try folder.read(fileName, limit: longestFile)
        else { return nil }
        return try? WireJSON.decode(Retrospect.self, from: Data(bytes))
    }
}
