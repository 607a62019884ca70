import Foundation
import Parsing

/// The names of files and folders that intake leaves alone, with all that lies in such a folder: the text of
/// `intake.ignore`, patterns separated by commas. Names that start with a dot are left alone whatever stands here.
package struct IgnoredNames: Sendable {
    private let patterns: [NamePattern]

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
        "*:com.apple.*", "*@SynoEAStream", "*@SynoResource", "@Syno*", "@S2S",
        "@sharesnap", "@cloudsync", "*.aae", "*.thm", "*.lrv", "*.xmp", "*.pp3", "*.dop", "*.dtrash",
        "*.lnk", "*.url", "*.webloc", "*.ffs_*", "*.sb-????????-??????", "~$*", "*~", "#*#", "*.swp", "*.bak", "*.lock",
        "*.tmp", "*.temp",
    ]

    /// What ExifTool leaves of the files that it changes; a person's folder may be called `Dr. Doe_original`.
    private static let originals = (PictureFormat.endings + ["mp4", "mov"]).map { "*.\($0)_original" }

    /// The value of `intake.ignore` unless it is set.
    package static let builtIn = (leftovers + originals + transferSuffixes.map { "*" + $0 }).joined(separator: ", ")

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
        patterns = texts.filter { !$0.isEmpty }.map(NamePattern.init)
        guard patterns.allSatisfy({ !$0.text.contains("/") && !$0.matchesAll }) else { return nil }
    }

    /// The pattern that a name matches; `nil` when the name is none of these.
    package func pattern(matching name: [UInt8]) -> String? {
        patterns.first { $0.matches(name) }?.text
    }

    /// Those names of a folder that are not left alone, hidden ones neither, in their order.
    package func leaving(_ names: [String]) -> [String] {
        names.filter { !$0.hasPrefix(".") && pattern(matching: Array($0.utf8)) == nil }.sorted()
    }

    /// The file that another is the unfinished transfer of, by the other's name: `a.jpg` of `a.jpg.part`.
    package static func transferred(by name: [UInt8]) -> [UInt8]? {
        for suffix in transferSuffixes {
            let stem = name.dropLast(suffix.utf8.count)
            if !stem.isEmpty, NamePattern.areEqual(name[stem.endIndex...], Array(suffix.utf8)[...]) {
                return Array(stem)
            }
        }
        return nil
    }
}
