import Foundation
import Wire

/// Standard output is for answers, standard error for everything said about them.
///
/// Text goes out by lines. Names of files and people are in them, which strangers chose: whatever a line holds, it stays one
/// line, and the terminal obeys none of it.
enum Terminal {
    /// Writes an answer.
    static func answer(_ lines: [String]) { write(lines, to: .standardOutput) }

    static func answer(_ line: String) { answer([line]) }

    /// Writes an answer to a terminal in the place of the one before.
    static func redraw(_ lines: [String]) {
        FileHandle.standardOutput.write(Data("\u{1B}[H\u{1B}[2J".utf8))
        answer(lines)
    }

    /// Writes an answer as JSON: indented, or one line for a list of lines.
    static func answer(json value: some Encodable, oneLine: Bool = false) throws {
        var data = try oneLine ? WireJSON.encode(value) : WireJSON.encodePretty(value)
        if oneLine { data.append(UInt8(ascii: "\n")) }
        FileHandle.standardOutput.write(data)
    }

    /// Says something that is not the answer.
    static func say(_ lines: [String]) { write(lines, to: .standardError) }

    static func say(_ line: String) { say([line]) }

    private static func write(_ lines: [String], to file: FileHandle) {
        file.write(Data(lines.map { $0.printable + "\n" }.joined().utf8))
    }

    static func isTerminal(_ file: FileHandle) -> Bool { isatty(file.fileDescriptor) == 1 }

    /// Columns of a terminal; 80 when it does not tell.
    static func width(_ file: FileHandle) -> Int {
        var size = winsize()
        guard ioctl(file.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
