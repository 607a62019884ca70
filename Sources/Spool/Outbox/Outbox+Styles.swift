import Parsing
import Wire

extension Outbox {
    /// Most bytes of a file of a learned style; its page takes the most.
    private static let largest = 32 << 20

    /// Puts what a job has learned of a style's pictures where others find it by name: `styles/<name>/`, a copy of the job's outputs.
    /// What has that name already stays as it is.
    ///
    /// The folder appears by one rename, so that this may be repeated after a crash. Whatever is in the way costs no more than the
    /// place among the styles: the job's own folder holds the same.
    func offer(_ ending: Ending) {
        guard case .learnStyle(let learned)? = ending.report.result, learned.accepted, let file = learned.style else {
            return
        }
        do {
            let outputs = try tree.outbox.folder(FileName(ending.job.id.text))
            let styles = try Folder(path: tree.paths.styles)
            let name = FileName(learned.name)
            if try styles.facts(name) != nil {
                let isSame =
                    try? styles.folder(name).digest(FileName(file)).sha256
                    == outputs.digest(FileName(file)).sha256
                if isSame == true { return }
                return note(ending, learned.name, "there is something of that name")
            }
            let aside = FileName(".\(ending.job.id.text)")
            try styles.remove(aside)
            let folder = try styles.folder(aside, creating: true)
            for output in ending.report.outputs {
                let name = FileName(output.name)
                guard let bytes = try outputs.read(name, limit: Self.largest) else { continue }
                try folder.put(bytes, as: name)
            }
            try folder.syncTree()
            try styles.move(aside, to: styles, as: name)
            try styles.sync()
            logger.notice("\(ending.job.id): the style \(learned.name) can be painted in")
        } catch {
            note(ending, learned.name, "\(error)")
        }
    }

    private func note(_ ending: Ending, _ style: String, _ why: String) {
        logger.warning(
            "\(ending.job.id): the style \(style) was learned, and is not in styles/: \(why). Copy outbox/\(ending.job.id) there under a name of your choice."
        )
    }
}
