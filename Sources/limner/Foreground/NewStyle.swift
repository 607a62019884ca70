import Foundation
import Spool
import Wire

/// A folder of the styles folder that is to become a style.
struct NewStyle {
    let name: String
    /// The styles folder.
    let styles: GivenPath
    /// Whether it is the studio's.
    private let isStudios: Bool
    private var folder: GivenPath { styles.appending(name) }

    /// - Parameter given: a styles folder, in place of the studio's.
    /// - Throws: ``CommandError/usage(_:)`` where there is a style of the name, or none can have it; ``CommandError/outputUnwritable(path:reason:)`` where the styles
    ///   folder cannot be made.
    init(_ name: String, in given: FileArgument?, of settings: Settings) throws {
        if let violation = NameRule.violation(inNewStyle: name) {
            throw CommandError.usage("the style's name \"\(name)\" \(violation); give another --name")
        }
        self.name = name
        let own = settings.folders.styles
        styles = try given.map { try GivenPath($0) } ?? GivenPath(typed: own, path: own)
        isStudios = given == nil
        try GivenPath.makeFolder(styles.path)
        try check()
    }

    private func check() throws {
        if try StyleNames.has(name, in: styles.path) {
            throw CommandError.usage("there is a style \(name) already; take another --name")
        }
    }

    /// Moves files to it, unless there is one by now. The recipe comes last: from then on it is a style.
    ///
    /// - Throws: ``CommandError/outputUnwritable(path:reason:)``, ``CommandError/usage(_:)``.
    func commit(_ names: [String], from aside: AsideFolder, keeping inputs: [GivenPath]) throws {
        try check()
        try GivenPath.makeFolder(folder.path)
        let recipe = RootFolders.styleRecipeName
        try aside.commit(
            names.filter { $0 != recipe } + names.filter { $0 == recipe }, to: folder, keeping: inputs)
    }

    /// How it is used.
    ///
    /// - Parameter root: of the studio, as it was given.
    func invitation(root: String?) -> String {
        guard isStudios else { return "paint in it once \(folder.typed) lies in a studio's styles folder" }
        let root = root.map { " --root \($0.shellWord)" } ?? ""
        return "paint in it with: limner stylize PICTURE --style \(name.shellWord) -o OUT\(root)"
    }
}
