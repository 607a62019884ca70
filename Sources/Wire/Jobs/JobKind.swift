/// What a job does. The raw value is the name of the inbox folder, of the manifest's `kind` and of the CLI's `--as`.
package enum JobKind: String, Codable, Sendable, Hashable, CaseIterable {
    /// Each picture adds a template to one person of the gallery.
    case enroll
    /// One to one: is the face in the picture the claimed person (or the one in the reference picture)?
    case verify
    /// One to many, open set: who of the gallery, if anyone, is each face of the picture?
    case identify
    /// Repaints a picture in one or several styles.
    case stylize
}
