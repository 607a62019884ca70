import Parsing

/// Whom a picture that is learned from shows, by where it lies.
package enum LearningPerson {
    /// Below `learn/<name>/` of the inbox it is the folder that comes next, and folders in that are the user's own order; elsewhere it is
    /// the picture's own folder.
    ///
    /// - Parameters:
    ///   - picture: ``InputPicture/name``.
    ///   - model: what the learned model is called.
    package static func name(of picture: String, model: String?) -> String {
        let parts = TextRule.parts(ofPath: picture, omittingEmpty: false)
        if parts.count > 3, parts[0].lowercased() == JobKind.learn.rawValue, parts[1] == model ?? "" {
            return parts[2]
        }
        return parts.dropLast().joined(separator: "/")
    }
}
