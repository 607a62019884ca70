import Foundation
import Glibc
import Wire

extension Intake {
    /// The least time that a second submission of a manifest waits for its pictures, so that they are taken along.
    private static let twinPatience: Int64 = 1000

    func wait(for waiting: WaitingManifest, _ settings: Settings.Intake) -> Int64 {
        let rest = waiting.folders.isEmpty ? settings.stability.milliseconds : Self.folderRest(settings)
        return waiting.twin == nil
            ? max(settings.manifestWait.milliseconds, waiting.folders.isEmpty ? 0 : 2 * rest)
            : Self.twinPatience + 2 * rest
    }

    /// Reads a claimed manifest, waits for its pictures, takes them, and queues the job.
    ///
    /// - Parameter isComplete: whether every input that was noted lies settled in the claimed folder.
    /// - Returns: whether pictures were noted as inputs, which are to be moved now.
    func pursueManifest(
        _ job: JobRecord, _ inputs: [InputRecord], isComplete: Bool, _ rest: RestWatch?, _ settings: Settings.Intake?
    ) throws -> Bool {
        guard var waiting = try read(job) else { return false }
        // Pictures are noted all at once.
        if inputs.count > 1 || waiting.manifest.pictures.isEmpty, isComplete {
            waiting.isComplete = true
            waiting.awaited = []
            // Who else is in the inbox is not known before a look at it.
            var isHeld = waiting.goesBehindEnrollments && waiting.earlier == nil
            if let settings, let enrollment = enrollment(before: waiting, settings) {
                waiting.awaited = [Awaited(name: enrollment.description)]
                isHeld = true
            }
            manifests[job.id] = waiting
            if isHeld { holdsBack = true } else { try conclude(job, waiting) }
            return false
        }
        // A look at the inbox is needed to tell what rests; the next one brings it.
        guard let rest, let settings else { return false }
        if inputs.count == 1 {
            let gathering = try gather(&waiting, rest, settings)
            manifests[job.id] = waiting
            switch gathering {
            case .refused(let error):
                try refuse(job, error)
                return false
            case .complete(let whole, let found):
                try take(found, of: job, whole)
                return true
            case .missing: break
            }
        }
        if inputs.count > 1 {
            // Noted, and then taken away from the inbox.
            waiting.isComplete = false
            let claimed = try tree.claimed(of: job.id)
            let missing = try inputs.filter { try claimed.facts(FileName($0.claimed)) == nil }
            waiting.awaited = missing.map { Awaited(name: $0.name, path: InboxPath(bytes: $0.source)) }
            manifests[job.id] = waiting
        }
        guard clock.now() - waiting.since >= wait(for: waiting, settings) else { return false }
        if waiting.twin != nil {
            try conclude(job, waiting)
        } else {
            let missing = missingNames(of: job.id, waiting, settings)
            let list = missing.isEmpty ? "they never came to rest" : missing.joined(separator: ", ")
            let message = "The pictures of the manifest did not all arrive: \(list)."
            try refuse(job, ReportError(code: .manifestPictureMissing, message: message))
        }
        return false
    }

    /// The manifest as it was read; `nil` when it had to be refused.
    private func read(_ job: JobRecord) throws -> WaitingManifest? {
        if let known = manifests[job.id] { return known }
        guard let path = InboxPath(bytes: job.source), let input = try queue.inputs(of: job.id).first else {
            return nil
        }
        let folder = try tree.claimed(of: job.id)
        let text: [UInt8]
        do {
            guard let bytes = try folder.read(FileName(input.claimed), limit: Manifest.byteLimit) else {
                let message = "\(path) is longer than \(Manifest.byteLimit) bytes."
                try refuse(job, ReportError(code: .manifestInvalid, message: message))
                return nil
            }
            text = bytes
        } catch let error as SpoolError where error.errno == EACCES || error.errno == EIO {
            try refuse(
                job, ReportError(code: .manifestInvalid, message: "\(path) cannot be read: \(error.reason)".ended))
            return nil
        }
        let manifest: Manifest
        var paths: [InboxPath] = []
        do {
            manifest = try Manifest(parsing: text)
            for picture in manifest.pictures {
                let components = try RelativePath(picture.path).components
                paths.append(InboxPath(path.folders + components.map { FileName($0) }))
            }
        } catch let error as ManifestError {
            try describeAndRefuse(job, error.reportError)
            return nil
        } catch {
            try describeAndRefuse(job, ReportError(code: .manifestPathInvalid, message: "A path of \(path): \(error)."))
            return nil
        }
        try queue.describe(
            job.id, task: manifest.task, priority: manifest.priority, manifestID: manifest.id, refusal: nil)
        let twin = try manifest.id.flatMap { try queue.job(manifestID: $0, besides: job.id)?.id }
        let waiting = WaitingManifest(manifest: manifest, paths: paths, since: clock.now(), twin: twin)
        manifests[job.id] = waiting
        return waiting
    }

    private func describeAndRefuse(_ job: JobRecord, _ error: ReportError) throws {
        try queue.describe(job.id, task: nil, priority: 0, manifestID: nil, refusal: error)
        try refuse(job, error)
    }

    private enum Gathering {
        /// The manifest with every picture named, and what those are.
        case complete(WaitingManifest, [FileFacts])
        case missing
        case refused(ReportError)
    }

    /// Looks for every picture of a manifest, in the inbox and through no symbolic link.
    private func gather(
        _ waiting: inout WaitingManifest, _ rest: RestWatch, _ settings: Settings.Intake
    ) throws -> Gathering {
        var found: [FileFacts] = []
        let unfolded: WaitingManifest?
        do throws(ReportError) {
            unfolded = try unfold(&waiting, rest, settings)
        } catch {
            return .refused(error)
        }
        guard var whole = unfolded else { return .missing }
        for (index, picture) in whole.manifest.pictures.enumerated() {
            var path = whole.paths[index]
            let facts: FileFacts?
            do {
                (path, facts) = try tree.find(path)
                whole.paths[index] = path
            } catch let error as SpoolError where error.errno == ENOENT {
                facts = nil
            } catch let error as SpoolError where error.errno == ELOOP || error.errno == ENOTDIR {
                return .refused(
                    ReportError(
                        code: .manifestPathInvalid,
                        message: "\(path) passes through something that is not a folder, such as a symbolic link."))
            }
            switch facts?.kind {
            case .special(let special):
                return .refused(
                    ReportError(code: .manifestPathInvalid, message: "\(path) is a \(special.rawValue), not a picture.")
                )
            case .folder:
                return .refused(ReportError(code: .manifestPathInvalid, message: "\(path) is a folder, not a picture."))
            case .regular:
                let age = rest.age(of: path, now: clock.now()) ?? 0
                if let facts, age >= settings.stability.milliseconds, rest.transfer(of: path) == nil,
                    !tree.hasWriter(path)
                {
                    found.append(facts)
                } else {
                    waiting.awaited.append(Awaited(name: picture.path))
                }
            case nil: waiting.awaited.append(Awaited(name: picture.path, path: path))
            }
        }
        if waiting.folders.isEmpty { waiting.paths = whole.paths }
        return found.count == whole.paths.count ? .complete(whole, found) : .missing
    }

    /// Notes the pictures as inputs, before they are moved.
    private func take(_ found: [FileFacts], of job: JobRecord, _ waiting: WaitingManifest) throws {
        var taken = Set(try queue.inputs(of: job.id).map(\.claimed))
        var inputs: [InputRecord] = []
        for (index, picture) in waiting.manifest.pictures.enumerated() {
            let path = waiting.paths[index]
            let claimed = Self.claimedName(path.name, taken: taken)
            taken.insert(claimed)
            inputs.append(
                InputRecord(
                    ordinal: index + 1, role: picture.role, source: path.bytes, name: picture.path,
                    original: path.name, claimed: claimed, identity: found[index].identity))
        }
        try queue.add(inputs, to: job)
    }

    /// What has to be queued before a manifest's job that looks for people, and is not yet. Not for ever: a copy that never ends must not
    /// hold others up.
    private func enrollment(before waiting: WaitingManifest, _ settings: Settings.Intake) -> InboxPath? {
        guard waiting.goesBehindEnrollments, let earlier = waiting.earlier,
            clock.now() - waiting.since < Self.patience(settings)
        else { return nil }
        return earlier.count < enrollments.count
            ? earlier.first(where: enrollments.contains) : enrollments.first(where: earlier.contains)
    }

    /// Notes who is to be enrolled as of this look, and that the manifests which were read at it go behind those.
    func noteEnrollments(_ rest: RestWatch) {
        enrollments = []
        guard manifests.values.contains(where: \.goesBehindEnrollments) else { return }
        attempt("waiting enrollments") {
            let named = Set(manifests.values.flatMap(\.paths))
            enrollments = Set(rest.files { Placement.enrolls($0) && !named.contains($0) })
            // On their way out of the inbox, and manifests that enrol.
            let waiting = try queue.waiting().filter { $0.job.kind?.facts.gallery == .changes }
            enrollments.formUnion(waiting.compactMap { InboxPath(bytes: $0.job.source) })
        }
        for (job, waiting) in manifests where waiting.earlier == nil { manifests[job]?.earlier = enrollments }
    }

    /// Queues the job of a complete manifest, or ends one whose `id` another job carries already.
    private func conclude(_ job: JobRecord, _ waiting: WaitingManifest) throws {
        if let twin = waiting.twin {
            let id = waiting.manifest.id ?? ""
            let error = ReportError(
                code: .cancelled, message: "The manifest's id \"\(id)\" is that of \(twin); nothing was done twice.",
                hint: "See `limner show \(twin)`; give another id to have the job done again.")
            try end(job.id, Outbox.End(conclusion: .cancelled, why: "the same as \(twin)", error: error))
        } else {
            try admit(job.id, why: "the manifest and its pictures are claimed and hashed")
            manifests[job.id] = nil
        }
    }

    /// What keeps each picture that is missing from being found, as far as there is more to say than its name.
    private func missingNames(
        of job: JobIdentifier, _ waiting: WaitingManifest, _ settings: Settings.Intake
    ) -> [String] {
        let ignored = IgnoredNames(settings.ignore)
        return zip(waiting.manifest.pictures, waiting.paths).compactMap { picture, path in
            if let pattern = path.names.lazy.compactMap({ ignored?.pattern(matching: $0.bytes) }).first {
                return "\"\(picture.path)\" (left alone, as \(pattern) of intake.ignore)"
            }
            guard (try? tree.find(path))?.facts == nil else { return nil }
            return "\"\(picture.path)\"\(taken(Awaited(name: picture.path, path: path), besides: job))"
        }
    }
}
