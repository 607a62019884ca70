import Foundation
import Parsing
import Wire

/// The names of the folder `styles/`, each of which stands for one style.
package enum StyleNames {
    /// Whether a name stands for a style already: one that comes along, or a folder or a picture that lies there.
    ///
    /// - Throws: what reading the folder throws; one that is not there has no names.
    package static func has(_ name: String, in path: String) throws -> Bool {
        try BuiltInStyle.number(of: name) != nil || isOwn(name, in: path)
    }

    /// Whether a folder or a picture of the name lies there.
    ///
    /// - Throws: as ``has(_:in:)``.
    package static func isOwn(_ name: String, in path: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        return try FileManager.default.contentsOfDirectory(atPath: path).contains { entry in
            var isFolder: ObjCBool = false
            guard entry != name else { return true }
            guard (entry as NSString).deletingPathExtension == name else { return false }
            return FileManager.default.fileExists(atPath: "\(path)/\(entry)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }
}
