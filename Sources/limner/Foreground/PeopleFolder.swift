import Foundation
import Wire

/// A folder with a folder of photographs for each person.
struct PeopleFolder: Sendable {
    let folder: GivenPath
    /// By name, with the names of their files.
    let people: [EvaluateRequest.Person]
    /// Files that lie beside the people's folders, and are nobody's.
    let loose: Int
    /// Folders that could not be read, and why.
    let unread: [(name: String, reason: String)]

    /// Looks into the folder. What is hidden, or what computers leave beside photographs, is left out.
    ///
    /// - Throws: ``CommandError/inputUnreadable(path:reason:)`` when it is no folder, or cannot be read.
    init(_ argument: FileArgument) throws(CommandError) {
        folder = try GivenPath(argument)
        let path = folder.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw .inputUnreadable(path: folder.typed, reason: String(cString: strerror(ENOENT)))
        }
        guard isFolder.boolValue else {
            throw .inputUnreadable(path: folder.typed, reason: "not a folder; give one with a folder for each person")
        }
        var people: [EvaluateRequest.Person] = []
        var loose = 0
        var unread: [(name: String, reason: String)] = []
        let names: [String]
        do {
            names = try Self.names(in: path)
        } catch {
            throw .inputUnreadable(path: folder.typed, reason: error.words)
        }
        for name in names {
            guard FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder), isFolder.boolValue
            else {
                loose += 1
                continue
            }
            do {
                people.append(EvaluateRequest.Person(name: name, pictures: try Self.names(in: "\(path)/\(name)")))
            } catch {
                unread.append((name, error.words))
            }
        }
        self.people = people
        self.loose = loose
        self.unread = unread
    }

    /// Every photograph, as the user would type it.
    var files: [GivenPath] {
        people.flatMap { person in
            person.pictures.map { picture in
                let name = "/\(person.name)/\(picture)"
                return GivenPath(typed: folder.typed + name, path: folder.path + name)
            }
        }
    }

    /// What of the folder is left out before anybody looks at a picture.
    func tellWhatIsLeftOut() {
        if loose > 0 {
            Terminal.say(
                """
                limner: \(Phrases.count(loose, "file")) directly in \(folder.typed) \
                \(loose == 1 ? "belongs" : "belong") to nobody and \(loose == 1 ? "is" : "are") left out
                """)
        }
        for (name, reason) in unread {
            Terminal.say("limner: \(folder.typed)/\(name) cannot be read and is left out: \(reason)")
        }
    }

    private static func names(in path: String) throws -> [String] {
        IgnoredNames.standard.leaving(try FileManager.default.contentsOfDirectory(atPath: path))
    }
}
