/// The paths under a root. Pure text: nothing is looked up or made.
package struct RootFolders: Sendable, Equatable {
    /// Absolute path, without a slash at its end.
    package let root: String

    /// The queue's file, below a root.
    package static let databaseName = "state/queue.sqlite"
    /// The file that makes a folder of the styles folder a style.
    package static let styleRecipeName = "style.json"

    package init(root: String) {
        var path = root
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.root = path
    }

    package var inbox: String { root + "/inbox" }
    package var styles: String { root + "/styles" }
    package var outbox: String { root + "/outbox" }
    package var done: String { root + "/done" }
    package var quarantine: String { root + "/quarantine" }
    /// Private: nothing in it is for the user.
    package var state: String { root + "/state" }
    package var database: String { root + "/" + Self.databaseName }
    package var gallery: String { state + "/gallery.sqlite" }
    package var claimed: String { state + "/claimed" }
    /// Outputs that are being written, before they are committed.
    package var work: String { state + "/work" }
    /// Half-done work of jobs that are not finished, a folder each.
    package var checkpoints: String { state + "/checkpoints" }
    package var controlSocket: String { state + "/control.sock" }

    package func inbox(of kind: JobKind) -> String { inbox + "/" + kind.rawValue }
    package func outbox(of job: JobIdentifier) -> String { outbox + "/" + job.text }
    package func quarantine(of job: JobIdentifier) -> String { quarantine + "/" + job.text }
    package func checkpoints(of job: JobIdentifier) -> String { checkpoints + "/" + job.text }
    package func claimed(of job: JobIdentifier) -> String { claimed + "/" + job.text }
}
