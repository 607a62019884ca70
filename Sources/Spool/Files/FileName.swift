import Parsing

/// The name of one entry of a folder, as the raw bytes that the disk holds: on Linux a name need not be UTF-8,
/// and a name that went through `String` may no longer open the file that it came from.
package struct FileName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Never empty; holds neither a slash nor a zero byte.
    package let bytes: [UInt8]

    /// - Precondition: the bytes are a name: not empty, no slash, no zero byte.
    package init(bytes: [UInt8]) {
        precondition(
            !bytes.isEmpty && !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0),
            "not one name: \(bytes)")
        self.bytes = bytes
    }

    package init(_ text: String) { self.init(bytes: Array(text.utf8)) }

    /// For people and JSON: bytes that are no UTF-8 appear as the replacement character.
    package var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The name as text, when it is UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// The name as text that survives JSON and comes back as the same bytes: bytes that are no UTF-8 become `%XX`.
    package var portable: String {
        if let text { return text }
        var output = ""
        var rest = bytes[...]
        while let byte = rest.first {
            // The longest valid scalar at this place, or one escaped byte.
            let length = (1...4).first { rest.count >= $0 && String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length {
                output += String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
            } else {
                output += "%" + byte.hexadecimal.uppercased()
                rest = rest.dropFirst()
            }
        }
        return output
    }

    package var isHidden: Bool { bytes.first == UInt8(ascii: ".") }

    /// Whether it is named as a manifest is; see ``Folder/meansManifest(_:)``.
    package var isManifest: Bool { hasSuffix(".json") }

    /// Compares ASCII letters without their case.
    private func hasSuffix(_ suffix: String) -> Bool {
        let wanted = suffix.utf8
        guard bytes.count > wanted.count else { return false }
        return zip(bytes.suffix(wanted.count), wanted).allSatisfy { byte, wanted in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 == wanted : byte == wanted
        }
    }

    package static func < (left: FileName, right: FileName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// A path below the inbox, as raw names from the inbox down.
package struct InboxPath: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Never empty.
    package let names: [FileName]

    /// - Precondition: there is at least one name.
    package init(_ names: [FileName]) {
        precondition(!names.isEmpty, "a path has at least one name")
        self.names = names
    }

    /// Reads what ``bytes`` wrote; `nil` for an empty path or an empty, `.` or `..` component.
    package init?(bytes: [UInt8]) {
        let parts = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { Array($0) }
        guard !parts.isEmpty, parts.allSatisfy({ !$0.isEmpty && $0 != [46] && $0 != [46, 46] && !$0.contains(0) })
        else { return nil }
        names = parts.map(FileName.init(bytes:))
    }

    package init?(_ text: String) { self.init(bytes: Array(text.utf8)) }

    /// The names joined by slashes; what the database holds.
    package var bytes: [UInt8] { Array(names.map(\.bytes).joined(separator: [UInt8(ascii: "/")])) }

    package var name: FileName { names[names.count - 1] }

    /// The names of the folders that lead to the file, from the inbox down; empty in the inbox itself.
    package var folders: ArraySlice<FileName> { names.dropLast() }

    /// For people and JSON; lossy where a name is no UTF-8.
    package var description: String { names.map(\.description).joined(separator: "/") }

    package static func < (left: InboxPath, right: InboxPath) -> Bool {
        left.names.lexicographicallyPrecedes(right.names)
    }
}
