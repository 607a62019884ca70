import Parsing
import Spool
import Wire

extension OutputPlan {
    /// Has a worker make the one picture of a command, and puts it in its place.
    ///
    /// - Parameters:
    ///   - content: as typed, after which a picture in a folder is named.
    ///   - inputs: files that must not be lost.
    ///   - request: for a picture that is written to a folder.
    ///   - made: an answer, and the file that it tells of; nil for the answer of another request.
    /// - Returns: the answer, and where the picture is.
    /// - Throws: ``CommandError/refused(_:)`` when the worker says no, ``CommandError/outputUnwritable(path:reason:)``.
    func make<Answer>(
        after content: String, _ format: WrittenFormat, keeping inputs: [GivenPath],
        through conversation: WorkerConversation, _ line: ProgressLine, by request: (String) -> WorkerRequest,
        made: (WorkerMessage) -> (answer: Answer, file: OutputFile)?
    ) async throws -> (Answer, GivenPath) {
        try check(keeping: inputs)
        let aside = try AsideFolder(in: folder)
        defer { aside.remove() }
        let message = try await conversation.ask(request(aside.path)) { line.follow($0) }
        if case .failed(let failure) = message { throw CommandError.refused(failure.error.naming(inputs)) }
        guard let (answer, file) = made(message) else { throw CommandError.unexpectedAnswer("\(message)") }
        var names = OutputNames()
        let output = path(for: content, suffix: suffixes[0], of: "\(aside.path)/\(file.name)", &names)
        // What stands there may have changed since the command began.
        try aside.commit(file.name, to: OutputTarget(output, keeping: inputs))
        return (answer, output)
    }
}
