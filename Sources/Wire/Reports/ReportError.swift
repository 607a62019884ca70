/// A failure as the user meets it, in reports, HTTP answers and the CLI.
package struct ReportError: Error, Codable, Sendable, Equatable {
    package var code: ErrorCode
    /// What failed, on which input.
    package var message: String
    /// What to do next.
    package var hint: String

    package init(code: ErrorCode, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint ?? code.hint
    }
}
