/// Which face of a photograph is meant where one is needed.
package enum FaceChoice: Equatable, Sendable {
    /// The only one; a second is an error. For enrolment, where a wrong face would poison a person.
    case only
    /// The largest, if it covers at least four times the area of every other; otherwise several are an error.
    /// For a probe, behind which somebody may walk by.
    case prominent

    /// - Throws: `FaceError.noFace`, `.severalFaces`.
    func choose(from sighting: FaceSighting, minimumScore: Float) throws -> DetectedFace {
        let faces = sighting.faces.sorted { $0.box.area > $1.box.area }
        guard let largest = faces.first else {
            throw FaceError.noFace(
                picture: sighting.name, width: sighting.size.width, height: sighting.size.height,
                minimumScore: minimumScore)
        }
        guard faces.count > 1 else { return largest }
        switch self {
        case .prominent where largest.box.area >= 4 * faces[1].box.area: return largest
        case .only, .prominent:
            throw FaceError.severalFaces(picture: sighting.name, boxes: sighting.faces.map(\.box))
        }
    }
}
