import Glibc
import Parsing
import Wire

extension Outbox {
    /// Most bytes of a file of a learned style; its page takes the most.
    private static let largest = 32 << 20

    /// Puts what a job has learned of a style's pictures where others find it by name: `styles/<name>/`, a copy of the job's outputs.
    /// What has that name already stays as it is.
    ///
    /// Whatever is in the way costs no more than the place among the styles: the job's own folder holds the same.
    func offer(_ ending: Ending) {
        guard case .learnStyle(let learned)? = ending.report.result, learned.accepted,
            let file = ending.report.outputs.first(where: { $0.name == learned.style }),
            let style = ending.report.task?.options.name, NameRule.violation(in: style) == nil
        else { return }
        do {
            try copy(ending, FileName(file.name), to: FileName(style))
        } catch {
            logger.warning(
                "\(ending.job.id): the style \(style) was learned, and is not in styles/: \(error). Copy outbox/\(ending.job.id) there under a name of your choice."
            )
        }
    }

    /// The folder appears by one rename, so that this may be repeated after a crash.
    private func copy(_ ending: Ending, _ file: FileName, to name: FileName) throws {
        let outputs = try tree.outbox.folder(FileName(ending.job.id.text))
        let styles = try Folder(path: tree.paths.styles)
        if let own = try? styles.folder(name).digest(file), try own.sha256 == outputs.digest(file).sha256 { return }
        guard try !StyleNames.has(name.description, in: styles.path) else {
            throw SpoolError.system(call: "rename", path: "\(styles.path)/\(name)", errno: EEXIST)
        }
        let aside = FileName(".\(ending.job.id.text)")
        try styles.remove(aside)
        do {
            let folder = try styles.folder(aside, creating: true)
            for output in ending.report.outputs {
                let output = FileName(output.name)
                guard let bytes = try outputs.read(output, limit: Self.largest) else {
                    throw SpoolError.system(call: "read", path: "\(outputs.path)/\(output)", errno: EFBIG)
                }
                try folder.put(bytes, as: output)
            }
            try folder.syncTree()
            try styles.move(aside, to: styles, as: name)
        } catch {
            try? styles.remove(aside)
            throw error
        }
        try styles.sync()
        logger.notice("\(ending.job.id): the style \(name) can be painted in")
    }
}
