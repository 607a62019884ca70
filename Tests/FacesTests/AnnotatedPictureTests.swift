import Pictures
import Testing
import Wire

@testable import Faces
@testable import Gallery

struct AnnotatedPictureTests {
    private func face(_ x: Float, width: Float, _ decision: FaceDecision) -> IdentificationResult.Face {
        IdentificationResult.Face(
            face: DetectedFace(
                box: FaceBox(x: x, y: 60, width: width, height: 80), landmarks: FaceChip.landmarks, score: 0.9),
            quality: 1, decision: decision, person: decision == .match ? "Ada" : nil,
            lines: DecisionLines(match: 0.363, review: 0.3), margin: nil,
            candidates: [.init(person: "Ada", cosine: 0.5, l2: 1, templates: 1)])
    }

    @Test func boxesAndLabelsAreDrawnAndNothingElse() {
        let identification = Identification(
            faces: [
                face(30, width: 80, .match), face(180, width: 200, .unknown), face(420, width: 100, .review),
            ], readings: [], people: 1, templates: 1, promise: nil, revision: 0)
        let plain = Picture(width: 550, height: 200, filledWith: .black)
        let drawn = AnnotatedPicture.draw(identification, on: plain)
        #expect(drawn.size == plain.size)
        #expect(Array(drawn[x: 30, y: 100]) == [40, 160, 70], "left edge of the match is green")
        #expect(Array(drawn[x: 180, y: 100]) == [200, 60, 40], "left edge of the stranger is red")
        #expect(Array(drawn[x: 420, y: 100]) == [190, 125, 0], "left edge of what is to be reviewed is amber")
        #expect(Array(drawn[x: 70, y: 100]) == [0, 0, 0], "the face itself is untouched")
        #expect(Array(drawn[x: 5, y: 5]) == [0, 0, 0] && Array(drawn[x: 150, y: 190]) == [0, 0, 0])
        let labels = (40..<60).flatMap { y in (30..<110).map { Array(drawn[x: $0, y: y]) } }
        #expect(labels.contains([40, 160, 70]) && labels.contains { $0 != [40, 160, 70] && $0 != [0, 0, 0] })
    }

    /// The number of the report stands for a name that no letters here say, and a text beside the picture says the name.
    @Test func aNameThatCannotBeWrittenIsANumber() {
        func named(_ name: String, _ number: Int, _ decision: FaceDecision) -> Identification {
            var face = face(30, width: 80, decision)
            face.number = number
            face.candidates[0].person = name
            return Identification(faces: [face], readings: [], people: 1, templates: 1, promise: nil, revision: 0)
        }
        let plain = Picture(width: 550, height: 200, filledWith: .black)
        let (han, arabic) = (named("山田太郎", 7, .match), named("محمد علي", 7, .match))
        #expect(AnnotatedPicture.names(of: han) == "face 7: 山田太郎 0.50\n")
        #expect(AnnotatedPicture.names(of: named("山田太郎", 2, .review)) == "face 2: 山田太郎? 0.50\n")
        #expect(AnnotatedPicture.names(of: named("山田太郎", 2, .unknown)) == nil)
        #expect(AnnotatedPicture.names(of: named("Александр", 2, .match)) == nil)
        // Nothing of the name is on the picture.
        #expect(AnnotatedPicture.draw(han, on: plain).pixels == AnnotatedPicture.draw(arabic, on: plain).pixels)
        let other = named("山田太郎", 8, .match)
        #expect(AnnotatedPicture.draw(other, on: plain).pixels != AnnotatedPicture.draw(han, on: plain).pixels)
    }

    @Test func aThumbnailIsDrawnAtItsOwnSize() {
        let identification = Identification(
            faces: [face(120, width: 200, .match)], readings: [], people: 1, templates: 1, promise: nil, revision: 0)
        let plain = Picture(width: 640, height: 320, filledWith: .black)
        let drawn = AnnotatedPicture.draw(identification, on: plain, longSide: 320)
        #expect(drawn.size == PixelSize(width: 320, height: 160))
        #expect(Array(drawn[x: 60, y: 50]) == [40, 160, 70], "its left edge")
        #expect(Array(drawn[x: 110, y: 50]) == [0, 0, 0], "the face itself is untouched")
        // Nothing is enlarged.
        #expect(AnnotatedPicture.draw(identification, on: plain, longSide: 4000).size == plain.size)
    }

    /// Rows of faces that touch one another leave no room between them.
    @Test(arguments: [0, 4, 30]) func labelsCoverNoFaceHoweverManyThereAre(gap: Int) {
        let side: Float = 60
        var faces: [IdentificationResult.Face] = []
        for row in 0..<4 {
            for column in 0..<5 {
                var face = face(Float(column) * (side + Float(gap)), width: side, .match)
                face.face.box = FaceBox(
                    x: face.face.box.x, y: Float(row) * (side + Float(gap)), width: side, height: side)
                faces.append(face)
            }
        }
        let size = PixelSize(width: 5 * (60 + gap), height: 4 * (60 + gap))
        let identification = Identification(
            faces: faces, readings: [], people: 1, templates: 1, promise: nil, revision: 0)
        let drawn = AnnotatedPicture.draw(
            identification, on: Picture(width: size.width, height: size.height, filledWith: .black))
        #expect(drawn.width == size.width && drawn.height >= size.height)
        for face in faces {
            // Inside the border, and beside the corner where a number may stand.
            let box = PixelRect(face.face.box)
            for y in box.y + 14..<box.y + box.height - 3 {
                for x in box.x + 3..<box.x + box.width - 3 {
                    #expect(drawn[x: x, y: y].elementsEqual([0, 0, 0]), "gap \(gap), (\(x), \(y))")
                }
            }
        }
        // Where faces touch, the names stand below the photograph.
        #expect((drawn.height > size.height) == (gap < 30))
    }

    /// A label that is wider than the photograph stands below it, whole, and its number beside the face.
    @Test func aLabelIsWholeHoweverNarrowThePhotographIs() {
        let identification = Identification(
            faces: [face(10, width: 20, .match)], readings: [], people: 1, templates: 1, promise: nil, revision: 0)
        let plain = Picture(width: 44, height: 200, filledWith: .black)
        let drawn = AnnotatedPicture.draw(identification, on: plain)
        #expect(drawn.width > plain.width && drawn.height > plain.height)
        // What is left of the last letter is the margin of the label.
        let last = (plain.height..<drawn.height).map { Array(drawn[x: drawn.width - 1, y: $0]) }
        #expect(last.allSatisfy { $0 == [40, 160, 70] })
        #expect(Array(drawn[x: plain.width, y: 0]) == [255, 255, 255])
        let box = (64..<136).flatMap { y in (14..<26).map { Array(drawn[x: $0, y: y]) } }
        #expect(!box.contains { $0[0] == $0[1] && $0[0] > 0 }, "nothing is written over the face")
    }

    @Test func lettersFollowTheFaceAndLabelsDoNotMeet() {
        var placement = LabelPlacement(
            size: PixelSize(width: 300, height: 200),
            faces: [PixelRect(x: 50, y: 50, width: 60, height: 60), PixelRect(x: 120, y: 50, width: 60, height: 60)])
        let label = PixelSize(width: 65, height: 12)
        var places: [PixelRect] = []
        for face in placement.faces {
            guard let place = placement.place(label, at: face) else {
                Issue.record("no place at \(face)")
                return
            }
            #expect(!placement.faces.contains { $0.meets(place) } && !places.contains { $0.meets(place) })
            places.append(place)
        }
        #expect(places[0] == PixelRect(x: 45, y: 38, width: 65, height: 12), "above its face, away from the other")
        #expect(placement.place(PixelSize(width: 400, height: 12), at: placement.faces[0]) == nil)
    }

    /// Two rows with room for a line between them, in which it would name the upper face as well as the lower.
    @Test func noLabelStandsWhereItCouldBeAnothersOrNobodys() {
        let rows = [20, 96].flatMap { y in
            [0, 60, 120].map { PixelRect(x: $0, y: y, width: 60, height: 60) }
        }
        var placement = LabelPlacement(size: PixelSize(width: 180, height: 400), faces: rows)
        let places = rows.map { placement.place(PixelSize(width: 50, height: 12), at: $0) }
        #expect(places.prefix(3).allSatisfy { $0?.y == 8 || $0 == nil }, "\(places)")
        #expect(places.suffix(3).allSatisfy { $0?.y == 156 || $0 == nil }, "\(places)")
        #expect(placement.labels.allSatisfy { label in rows.count { $0.meets(label.grown(by: 2)) } == 1 }, "\(places)")
        #expect(!placement.labels.isEmpty)
    }
}
