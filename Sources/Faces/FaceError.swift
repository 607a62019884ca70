import Wire

/// Everything that `Faces` itself can find wrong. Errors of pictures and model files pass through as they are.
package enum FaceError: Error, Equatable {
    /// `minimumScore` is the score below which the detector's answers were not taken for faces.
    case noFace(picture: String, width: Int, height: Int, minimumScore: Float)
    /// A picture that must show one face shows several.
    case severalFaces(picture: String, boxes: [FaceBox])
    /// A face that is to be enrolled shows too little.
    case qualityTooLow(picture: String, box: FaceBox, quality: Float, least: Float)
    /// The face's landmarks lie on one point, so that it cannot be turned upright.
    case landmarksCollapsed(picture: String, box: FaceBox)
    /// The network gave a vector that is zero or not finite.
    case templateWorthless(picture: String, box: FaceBox, model: String)
    case noPhotographs(person: String)
    /// People cannot be told apart by so few.
    case tooFewPeople(people: Int, comparable: Int, pictures: Int, unusable: Int)

    /// So few people can be learned from, but not be judged by.
    case tooFewPeopleToLearn(comparable: Int, least: Int, unusable: Int)
    /// The optimiser made all faces alike, or no number at all.
    case learningCollapsed(reason: String)

    /// A network that does not answer as a detector or an embedder must.
    case modelUnfit(model: String, purpose: String, reason: String)
}

extension FaceError {
    /// What failed, on which input.
    package var message: String {
        switch self {
        case .noFace(let picture, let width, let height, let minimumScore):
            "No face with a score of at least \(minimumScore) in \(picture) (\(width)×\(height) pixels)."
        case .severalFaces(let picture, let boxes):
            "\(boxes.count) faces in \(picture) where one is needed: \(Self.list(boxes.map(\.description)))."
        case .qualityTooLow(let picture, let box, let quality, let least):
            "The face \(box) in \(picture) has quality \(Self.rounded(quality)); at least \(Self.rounded(least)) is needed."
        case .landmarksCollapsed(let picture, let box):
            "The face \(box) in \(picture) cannot be turned upright: its landmarks lie on one point."
        case .templateWorthless(let picture, let box, let model):
            "\(model) made no usable template of the face \(box) in \(picture)."
        case .noPhotographs(let person):
            "No photograph was given to enroll \(person)."
        case .tooFewPeople(let people, let comparable, let pictures, let unusable):
            """
            \(pictures) usable pictures of \(people) people, \(comparable) of them with two (\(unusable) pictures not usable); \
            two people with two usable pictures each are the least.
            """
        case .tooFewPeopleToLearn(let comparable, let least, let unusable):
            "\(comparable) people with two usable pictures (\(unusable) pictures not usable); learning needs \(least)."
        case .learningCollapsed(let reason):
            "Nothing was learned: \(reason)."
        case .modelUnfit(let model, let purpose, let reason):
            "The model \(model) cannot \(purpose): \(reason)."
        }
    }

    /// What to do next.
    package var hint: String {
        switch self {
        case .noFace:
            "Use a sharper picture in which the face is at least 20 pixels wide and not aslant, or lower the minimum score."
        case .severalFaces:
            "Crop the picture to the one face that is meant."
        case .qualityTooLow:
            "Use a photograph in which the face is sharper, larger or nearer to frontal, or lower faces.minimumQuality."
        case .landmarksCollapsed, .templateWorthless:
            "Use another photograph."
        case .noPhotographs:
            "Give at least one picture."
        case .tooFewPeople:
            "Give a folder for each person, with two photographs or more in which one face is clear: DIR/<person>/*.jpg."
        case .tooFewPeopleToLearn:
            "Give pictures of more people, two or more of each; with few people, the model as it is will do best."
        case .learningCollapsed:
            "Learn with another seed or fewer steps; nothing has changed."
        case .modelUnfit:
            "Import a model of the right kind, or fetch the known ones with deploy/fetch-models."
        }
    }

    /// Cut, not rounded, after the third place: what is too low does not read as if it were enough.
    private static func rounded(_ quality: Float) -> Float { (quality * 1000).rounded(.down) / 1000 }

    /// At most five items, then how many more there are.
    private static func list(_ items: [String]) -> String {
        let shown = items.prefix(5).joined(separator: ", ")
        return items.count > 5 ? "\(shown) and \(items.count - 5) more" : shown
    }
}

extension FaceError: CustomStringConvertible {
    package var description: String { "\(message) \(hint)" }
}
