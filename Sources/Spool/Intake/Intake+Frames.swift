import Wire

/// Frames of a film that a manifest names by a pattern, `frames/*.png`.
struct FrameFolder: Sendable {
    let folders: [FileName]
    private let pattern: NamePattern

    /// Nil where the last part of the path is no pattern.
    init?(_ path: InboxPath) {
        guard let name = path.name.text, NamePattern.isMeant(by: name) else { return nil }
        folders = Array(path.folders)
        pattern = NamePattern(name)
    }

    func holds(_ path: InboxPath) -> Bool { path.folders.elementsEqual(folders) && pattern.matches(path.name.bytes) }
}

extension Intake {
    /// The manifest with the frames that its patterns match in place of those, in the natural order of their names. As of a
    /// folder that is one job, nothing of them may have changed, or been added, for a while.
    ///
    /// - Returns: nil while some are missing, which are then ``WaitingManifest/awaited``.
    func unfold(_ waiting: inout WaitingManifest, _ rest: RestWatch, _ settings: Settings.Intake) throws(ReportError)
        -> WaitingManifest?
    {
        var unfolded = waiting
        (unfolded.manifest.inputs, unfolded.paths) = ([], [])
        waiting.awaited = []
        var known: Set<InboxPath> = []
        for (input, path) in zip(waiting.manifest.inputs, waiting.paths) {
            guard let frames = waiting.frames(path) else {
                if known.insert(path).inserted {
                    unfolded.manifest.inputs.append(input)
                    unfolded.paths.append(path)
                }
                continue
            }
            let gathering = rest.gathered(now: clock.now()) { frames.holds($0) ? frames.folders : nil }[frames.folders]
            let files = (gathering?.files ?? []).filter { $0.facts.kind == .regular && !$0.path.name.isManifest }
            guard let gathering, !files.isEmpty, gathering.age >= Self.folderRest(settings) else {
                waiting.awaited.append(Awaited(name: input))
                continue
            }
            let folder = input.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(input[...$0]) } ?? ""
            for file in files.map(\.path).sorted(by: { NamePattern.precedes($0.name.bytes, $1.name.bytes) })
            where known.insert(file).inserted {
                unfolded.manifest.inputs.append(folder + file.name.portable)
                unfolded.paths.append(file)
            }
        }
        guard waiting.awaited.isEmpty else { return nil }
        let count = unfolded.manifest.inputs.count
        guard count <= Manifest.inputLimit else {
            throw ReportError(
                code: .manifestInvalid,
                message: "The manifest's patterns match \(count) frames; a job has \(Manifest.inputLimit) at most.",
                hint: "Make a film of them: ffmpeg -framerate 25 -pattern_type glob -i 'frames/*.png' film.mp4.")
        }
        // A frame may be a style picture, too.
        let others = zip(waiting.manifest.pictures, waiting.paths).dropFirst(waiting.manifest.inputs.count)
        unfolded.paths += others.filter { !unfolded.manifest.inputs.contains($0.0.path) }.map(\.1)
        return unfolded
    }
}
