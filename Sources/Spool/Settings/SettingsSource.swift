import Foundation
import Parsing
import Wire

/// Where settings are read from: the one place in which daemon and CLI touch the file and the environment.
package struct SettingsSource: Sendable {
    /// Read when it exists and nothing else is named.
    package static let defaultFile = "/etc/limner/limner.yaml"

    /// The value of `--config`; `LIMNER_CONFIG` stands in for it, then ``defaultFile``.
    package var config: String?
    package var flags: [SettingsResolver.Flag]
    package var environment: [String: String]

    package init(
        config: String?, flags: [SettingsResolver.Flag],
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.config = config
        self.flags = flags
        self.environment = environment
    }

    /// Reads and merges everything.
    ///
    /// - Throws: `SettingsError` with every mistake. A file that was named and cannot be read is one; that ``defaultFile``
    ///   does not exist is none.
    package func load() throws(SettingsError) -> SettingsResolver {
        var resolver = try SettingsResolver.resolve(file: file(), environment: environment, flags: flags)
        let store = resolver.settings.models.path
        resolver.follow(try ActivatedModels.read(in: store), at: ActivatedModels.path(in: store))
        return resolver
    }

    private struct Unusable: Error, CustomStringConvertible {
        let description: String
    }

    private func file() throws(SettingsError) -> SettingsResolver.File? {
        let named: (path: String, origin: SettingOrigin)?
        if let config {
            named = (config, .flag(name: "--config"))
        } else if let path = environment["LIMNER_CONFIG"], !path.isEmpty {
            named = (path, .environment(name: "LIMNER_CONFIG"))
        } else {
            named = nil
        }
        let path = named?.path ?? Self.defaultFile
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            // One more than is taken, so that a longer file is refused as such.
            let bytes = try file.read(upToCount: SettingsText.byteLimit + 1) ?? Data()
            guard let text = String(validating: TextRule.withoutMark(bytes), as: UTF8.self) else {
                // A longer file may be cut within a character.
                let isLonger = bytes.count > SettingsText.byteLimit
                throw Unusable(
                    description: isLonger
                        ? "it has more than \(SettingsText.byteLimit) bytes" : "it is not UTF-8; save it as UTF-8")
            }
            return SettingsResolver.File(path: path, text: text)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile && named == nil {
            return nil
        } catch {
            let reason = "\(path) cannot be read: \(error.words)"
            throw SettingsError(mistakes: [
                SettingsMistake(.unreadable(reason: reason), at: named?.origin ?? .file(path: path, line: 1))
            ])
        }
    }
}

extension SettingsResolver.Flag {
    /// A folder from the command line, made absolute: a relative one means the working directory's.
    package init(name: String, key: String, folder: String) {
        let url = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
        self.init(name: name, key: key, value: RootFolders(root: url.path(percentEncoded: false)).root)
    }
}
