import Foundation
import Wire

extension ActivatedModels {
    /// Bytes of the file, names and all.
    private static let longest = 1 << 16

    /// Where the record of a store stands.
    package static func path(in store: String) -> String { "\(store)/\(fileName)" }

    /// Nobody has activated anything where there is no file.
    ///
    /// - Throws: `SettingsError` when there is one that says nothing.
    package static func read(in store: String) throws(SettingsError) -> ActivatedModels {
        let path = path(in: store)
        do {
            let folder: Folder
            do {
                folder = try Folder(path: store)
                guard try folder.facts(FileName(fileName)) != nil else { return ActivatedModels() }
            } catch {
                // A store that is not there, or that this user may not look into, is for whoever needs a model to tell of.
                return ActivatedModels()
            }
            guard let bytes = try folder.read(FileName(fileName), limit: longest) else {
                throw SpoolError.system(call: "read", path: path, errno: EFBIG)
            }
            return try WireJSON.decode(ActivatedModels.self, ofStranger: Data(bytes))
        } catch {
            throw SettingsError(mistakes: [
                SettingsMistake(
                    .unreadable(
                        reason:
                            "the model in use cannot be read: \(error.reason); remove the file, then activate it again"),
                    at: .activation(path: path))
            ])
        }
    }

    /// - Throws: `SpoolError`.
    package func write(in store: String) throws {
        try Folder(path: store).write(try WireJSON.encodePretty(self), to: FileName(Self.fileName))
    }
}
