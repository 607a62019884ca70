import enum Wire.NameRule

/// Everything that `Faces` itself can find wrong. Errors of pictures and model files pass through as they are.
package enum FaceError: Error, Equatable {
    /// `minimumScore` is the score below which the detector's answers were not taken for faces.
    case noFace(picture: String, width: Int, height: Int, minimumScore: Float)
    /// A picture that must show one face shows several.
    case severalFaces(picture: String, boxes: [FaceBox])
    /// The face's landmarks lie on one point, so that it cannot be turned upright.
    case landmarksCollapsed(picture: String, box: FaceBox)
    /// The network gave a vector that is zero or not finite.
    case templateWorthless(picture: String, box: FaceBox, model: String)
    case noPhotographs(person: String)

    /// A network that does not answer as a detector or an embedder must.
    case modelUnfit(model: String, purpose: String, reason: String)

    case personNameInvalid(name: String, reason: String)
    case personUnknown(name: String, nearest: String?, enrolled: Int)
    /// A rename onto somebody else.
    case personExists(name: String)

    case galleryEmpty(path: String)
    /// There is something to compare with, but all of it was made by other networks.
    case templatesOfOtherModels(scope: String, current: String, others: [String: Int])
    case galleryUnusable(path: String, reason: String)
    case galleryTooNew(path: String, version: Int, newestKnown: Int)
    case exportInvalid(reason: String)
    case exportTooNew(version: Int, newestKnown: Int)
}

extension FaceError {
    /// What failed, on which input.
    package var message: String {
        switch self {
        case .noFace(let picture, let width, let height, let minimumScore):
            "No face with a score of at least \(minimumScore) in \(picture) (\(width)×\(height) pixels)."
        case .severalFaces(let picture, let boxes):
            "\(boxes.count) faces in \(picture) where one is needed: \(Self.list(boxes.map(\.description)))."
        case .landmarksCollapsed(let picture, let box):
            "The face \(box) in \(picture) cannot be turned upright: its landmarks lie on one point."
        case .templateWorthless(let picture, let box, let model):
            "\(model) made no usable template of the face \(box) in \(picture)."
        case .noPhotographs(let person):
            "No photograph was given to enroll \(person)."
        case .modelUnfit(let model, let purpose, let reason):
            "The model \(model) cannot \(purpose): \(reason)."
        case .personNameInvalid(let name, let reason):
            "The name “\(name)” cannot be enrolled: \(reason)."
        case .personUnknown(let name, _, let enrolled):
            "Nobody named “\(name)” is among the \(enrolled) enrolled."
        case .personExists(let name):
            "Somebody named “\(name)” is already enrolled."
        case .galleryEmpty(let path):
            "Nobody is enrolled in \(path)."
        case .templatesOfOtherModels(let scope, let current, let others):
            "No template of \(current) for \(scope), only of "
                + Self.list(others.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }) + "."
        case .galleryUnusable(let path, let reason):
            "The gallery \(path) cannot be used: \(reason)."
        case .galleryTooNew(let path, let version, let newestKnown):
            "The gallery \(path) has format \(version), and this program knows formats up to \(newestKnown)."
        case .exportInvalid(let reason):
            "The gallery export cannot be read: \(reason)."
        case .exportTooNew(let version, let newestKnown):
            "The gallery export has format \(version), and this program knows formats up to \(newestKnown)."
        }
    }

    /// What to do next.
    package var hint: String {
        switch self {
        case .noFace:
            "Use a sharper picture in which the face is upright and at least 20 pixels wide, or lower the minimum score."
        case .severalFaces:
            "Crop the picture to the one face that is meant."
        case .landmarksCollapsed, .templateWorthless:
            "Use another photograph."
        case .noPhotographs:
            "Give at least one picture."
        case .modelUnfit:
            "Import a model of the right kind, or fetch the known ones with deploy/fetch-models."
        case .personNameInvalid:
            "Use a name like a folder's: up to \(NameRule.byteLimit) bytes without slashes, not starting with a dot."
        case .personUnknown(_, let nearest?, _):
            "Did you mean “\(nearest)”?"
        case .personUnknown(let name, nil, _):
            "Drop a photograph into inbox/enroll/\(name)/ first."
        case .personExists:
            "Choose another name, or remove that person first."
        case .galleryEmpty:
            "Drop a photograph into inbox/enroll/<person>/ first."
        case .templatesOfOtherModels(_, let current, _):
            "Enroll the photographs again with \(current), or go back to the model that made the templates."
        case .galleryUnusable:
            "Check that the file is readable, writable and a Limner gallery, or move it away and import an export."
        case .galleryTooNew, .exportTooNew:
            "Use the newer version of Limner that wrote it."
        case .exportInvalid:
            "Export the gallery again; the file must be what `limner gallery export` wrote."
        }
    }

    /// At most five items, then how many more there are.
    private static func list(_ items: [String]) -> String {
        let shown = items.prefix(5).joined(separator: ", ")
        return items.count > 5 ? "\(shown) and \(items.count - 5) more" : shown
    }
}

extension FaceError: CustomStringConvertible {
    package var description: String { "\(message) \(hint)" }
}
