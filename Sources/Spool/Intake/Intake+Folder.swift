import Foundation
import Wire

/// Folders of the inbox whose pictures are one job: `learn/<name>/<person>/…`.
extension Intake {
    /// Copying many files pauses between two of them; so many times the stability delay a folder has to be as it is.
    private static let folderRests: Int64 = 10

    /// Milliseconds for which nothing below a folder may have changed, before its pictures are taken as one job.
    static func folderRest(_ settings: Settings.Intake) -> Int64 { folderRests * settings.stability.milliseconds }

    /// Takes the folders that are at rest as wholes, one job each. A folder of which a program has a file open for writing is left for
    /// later; what comes into it after it was taken is another job.
    ///
    /// - Parameter isTaken: whether a file is a manifest's, or may become one's.
    /// - Returns: how many files were taken.
    func takeFolders(
        _ rest: RestWatch, _ settings: Settings.Intake, since start: Int64, but isTaken: (InboxPath, Int64) -> Bool
    ) -> Int {
        var taken = 0
        let folders = rest.gathered(now: start, by: Placement.folder)
        for (folder, gathering) in folders.sorted(by: { InboxPath($0.key) < InboxPath($1.key) })
        where gathering.age >= Self.folderRest(settings) {
            let files = gathering.files.filter { path, facts in
                facts.kind == .regular && !path.name.isManifest && !isTaken(path, gathering.age)
            }
            guard let first = files.first, clock.now() - start < Self.lookLimit else { continue }
            guard !files.contains(where: { tree.hasWriter($0.path) }) else {
                holdsOff = true
                continue
            }
            attempt(InboxPath(folder).description) {
                let id = try queue.identifiers(for: [folder[folder.count - 1]])[0]
                let intention = Self.intention(id, InboxPath(folder), files, Placement(first.path))
                try queue.add([intention], why: "the folder came to rest in the inbox")
                FailPoint.reach(.intended)
                taken += files.count
                pursue([intention])
            }
        }
        return taken
    }

    private static func intention(
        _ id: JobIdentifier, _ folder: InboxPath, _ files: [(path: InboxPath, facts: FileFacts)], _ placement: Placement
    ) -> Queue.Intention {
        var job = JobRecord(id: id, kind: nil, origin: .folder, source: folder.bytes, created: .now)
        switch placement {
        case .job(let task), .part(let task): (job.kind, job.task) = (task.kind, task)
        case .refused(let error): job.refusal = error
        case .manifest, .loose: break
        }
        if files.count > Manifest.inputLimit {
            job.refusal = ReportError(
                code: .optionInvalid,
                message: "\(folder) holds \(files.count) pictures; a job has \(Manifest.inputLimit) at most.",
                hint: "Drop fewer of each person: a dozen are plenty.")
        }
        var names: Set<String> = []
        let inputs = files.enumerated().map { index, file in
            // Its folder says whom it shows, which is to be seen of the original, too.
            let parts = file.path.folders.dropFirst(folder.folders.count + 1) + [file.path.name]
            let original = FileName(bytes: Array(parts.map(\.bytes).joined(separator: [UInt8(ascii: "-")]).suffix(255)))
            let claimed = claimedName(original, taken: names)
            names.insert(claimed)
            return InputRecord(
                ordinal: index + 1, role: .picture, source: file.path.bytes, name: file.path.description,
                original: original, claimed: claimed, identity: file.facts.identity)
        }
        return Queue.Intention(job: job, inputs: inputs)
    }
}
