import Foundation
import Subprocess
import Wire

/// Puts files into an inbox by the shell's own programs, each of which has its changes logged.
struct PowerWriter: Sendable {
    let folders: RootFolders
    /// Where contents lie before they are written, outside of the root.
    let aside: String
    let environment: [String: String]

    /// Written under a name that is not looked at, flushed, renamed or linked in, and the folder flushed. A folder that
    /// the writer makes is flushed into its own; those that the daemon makes are the daemon's to flush.
    private static let script = """
        set -e
        folder="$1/$2"
        [ -d "$folder" ] || { mkdir "$folder"; sync "$1"; }
        cat "$4" > "$folder/.$3"
        sync "$folder/.$3"
        if [ "$5" = link ]; then
            ln "$folder/.$3" "$folder/$3"
            sync "$folder"
            rm "$folder/.$3"
        else
            mv "$folder/.$3" "$folder/$3"
        fi
        sync "$folder"
        """

    enum Way: String, CaseIterable { case link, rename }

    /// When this returns, file and folder are as durable as a user can make them.
    ///
    /// - Parameter path: below the inbox: one folder or two, and a name.
    func write(_ bytes: [UInt8], at path: String, _ way: Way = .rename) async throws {
        let names = path.split(separator: "/").map(String.init)
        let parent = ([folders.inbox] + names.dropLast(2)).joined(separator: "/")
        let source = aside + "/" + UUID().uuidString
        try Data(bytes).write(to: URL(fileURLWithPath: source))
        let words = [parent, names[names.count - 2], names[names.count - 1], source, way.rawValue]
        let entries = environment.map { Array("\($0.key)=\($0.value)\0".utf8) }
        let result = try await Subprocess.run(
            .name("sh"), arguments: Arguments(["-c", Self.script, "sh"] + words), environment: .custom(entries),
            output: .discarded, error: .string(limit: 4096))
        guard result.terminationStatus.isSuccess else {
            throw TortureError.command(
                "the writer of \(path)", status: "\(result.terminationStatus) \(result.standardError)")
        }
        try FileManager.default.removeItem(atPath: source)
    }
}
