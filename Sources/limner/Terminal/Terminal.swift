import Foundation
import Wire

/// Standard output is for answers, standard error for everything said about them.
enum Terminal {
    /// Writes an answer.
    static func answer(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Writes an answer as JSON: indented, or one line for a list of lines.
    static func answer(json value: some Encodable, oneLine: Bool = false) throws {
        var data = try oneLine ? WireJSON.encode(value) : WireJSON.encodePretty(value)
        if oneLine { data.append(UInt8(ascii: "\n")) }
        FileHandle.standardOutput.write(data)
    }

    /// Says something that is not the answer.
    static func say(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    static func isTerminal(_ file: FileHandle) -> Bool { isatty(file.fileDescriptor) == 1 }

    /// Columns of a terminal; 80 when it does not tell.
    static func width(_ file: FileHandle) -> Int {
        var size = winsize()
        guard ioctl(file.fileDescriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
