import Foundation

/// The names of files and folders that intake leaves alone, with all that lies in such a folder: the text of
/// `intake.ignore`, patterns separated by commas, in which `*` is any run of bytes and `?` any one byte. Letters of ASCII
/// match without their case. Names that start with a dot are left alone whatever stands here.
package struct IgnoredNames: Sendable {
    private let patterns: [Pattern]

    /// What downloaders and copiers append to the name of a file until it is whole. A picture beside which such a file of
    /// its name lies is not whole either: some programs give the picture its full size before they fill it.
    package static let transferSuffixes = [
        ".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".fdmdownload", ".download", ".downloading",
        ".aria2", ".!ut", ".!qb", ".!bt", ".!sync", ".bts", ".bc!", ".jc!", ".dctmp", ".td", ".xltd", ".st", ".crswap",
        ".ytdl", ".incomplete", ".unfinished", ".inprogress", ".upload", ".uploading", ".rsync-tmp",
        ".lftp-pget-status",
    ]

    /// What NAS boxes, desktops, recycle bins, photo programs and editors leave beside pictures.
    private static let leftovers = [
        "@eaDir", "@tmp", "@__thumb", "@sharebin", "@Recycle", "@Recently-Snapshot", "#recycle", "#snapshot",
        "~snapshot", "$RECYCLE.BIN", "RECYCLE.BIN", "RECYCLER", "Recycled", "FOUND.0??", "System Volume Information",
        "lost+found", "Network Trash Folder", "Temporary Items", "__MACOSX", "*.lrdata", "Thumbs.db", "Thumbs.db:*",
        "ehthumbs*.db", "ZbThumbnail.info", "desktop.ini", "Picasa.ini", "digikam*.db", "*:Zone.Identifier*", "*:AFP_*",
        "*:com.apple.*", "*@SynoEAStream", "*@SynoResource", "*.aae", "*.thm", "*.xmp", "*.pp3", "*.dop", "*.dtrash",
        "*.lnk", "*.url", "*.webloc", "*.ffs_*", "*.sb-????????-??????", "~$*", "*~", "#*#", "*.swp", "*.bak", "*.lock",
        "*.tmp", "*.temp",
    ]

    /// The value of `intake.ignore` unless it is set.
    package static let builtIn = (leftovers + transferSuffixes.map { "*" + $0 }).joined(separator: ", ")

    /// ``builtIn``, read.
    package static let standard = {
        guard let names = IgnoredNames(builtIn) else { preconditionFailure("not read: \(builtIn)") }
        return names
    }()

    /// Stands before patterns that are meant beside ``builtIn``, not instead of it.
    private static let addition: Character = "+"

    /// Reads a value of `intake.ignore`; `nil` when one of its patterns could match no name, or every one.
    package init?(_ text: String) {
        let isAddition = text.first == Self.addition
        let parts = (isAddition ? Self.builtIn + "," + text.dropFirst() : text).split(separator: ",")
        let texts = parts.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        patterns = texts.filter { !$0.isEmpty }.map(Pattern.init)
        guard patterns.allSatisfy({ !$0.text.contains("/") && !$0.matchesAll }) else { return nil }
    }

    /// The pattern that a name matches; `nil` when the name is none of these.
    package func pattern(matching name: [UInt8]) -> String? {
        patterns.first { $0.matches(name) }?.text
    }

    /// The file that another is the unfinished transfer of, by the other's name: `a.jpg` of `a.jpg.part`.
    package static func transferred(by name: [UInt8]) -> [UInt8]? {
        for suffix in transferSuffixes {
            let stem = name.dropLast(suffix.utf8.count)
            if !stem.isEmpty, Pattern.areEqual(name[stem.endIndex...], Array(suffix.utf8)[...]) { return Array(stem) }
        }
        return nil
    }

    private struct Pattern: Sendable {
        let text: String
        /// What stands between the stars, in small letters.
        private let pieces: [ArraySlice<UInt8>]
        private static let star = UInt8(ascii: "*")

        init(_ text: String) {
            self.text = text
            pieces = text.utf8.map(Self.small).split(separator: Self.star, omittingEmptySubsequences: false).map { $0 }
        }

        /// Whether there is nothing but stars.
        var matchesAll: Bool { pieces.allSatisfy(\.isEmpty) }

        func matches(_ name: [UInt8]) -> Bool {
            guard pieces.count > 1 else { return Self.areEqual(name[...], pieces[0]) }
            let (head, tail) = (pieces[0], pieces[pieces.count - 1])
            guard name.count >= head.count + tail.count, Self.areEqual(name.suffix(tail.count), tail),
                Self.areEqual(name.prefix(head.count), head)
            else { return false }
            var rest = name[head.count..<(name.count - tail.count)]
            for piece in pieces.dropFirst().dropLast() {
                while rest.count >= piece.count, !Self.areEqual(rest.prefix(piece.count), piece) { rest.removeFirst() }
                guard rest.count >= piece.count else { return false }
                rest.removeFirst(piece.count)
            }
            return true
        }

        /// - Parameter wanted: in small letters.
        static func areEqual(_ bytes: ArraySlice<UInt8>, _ wanted: ArraySlice<UInt8>) -> Bool {
            guard bytes.count == wanted.count else { return false }
            // From the end, where most names differ from a suffix.
            for offset in stride(from: bytes.count - 1, through: 0, by: -1) {
                let want = wanted[wanted.startIndex + offset]
                guard want == UInt8(ascii: "?") || small(bytes[bytes.startIndex + offset]) == want else { return false }
            }
            return true
        }

        private static func small(_ byte: UInt8) -> UInt8 {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
    }
}
