import Pictures
import Testing
import Wire

@testable import Faces

struct SearchScaleTests {
    private func sizes(_ width: Int, _ height: Int) -> [PixelSize] {
        SearchScale().sizes(for: PixelSize(width: width, height: height))
    }

    @Test func largePhotographsShrink() {
        #expect(
            sizes(6000, 4000) == [
                PixelSize(width: 1280, height: 853), PixelSize(width: 640, height: 427),
                PixelSize(width: 320, height: 213),
            ])
    }

    @Test func middlingOnesAreSearchedAsTheyAre() {
        #expect(sizes(1280, 720)[0] == PixelSize(width: 1280, height: 720))
        #expect(sizes(500, 400) == [PixelSize(width: 500, height: 400)])
    }

    @Test func smallOnesAreEnlarged() {
        #expect(sizes(250, 250) == [PixelSize(width: 500, height: 500)])
        #expect(sizes(120, 90) == [PixelSize(width: 240, height: 180)])
        #expect(sizes(1, 1) == [PixelSize(width: 2, height: 2)])
    }

    private func face(_ x: Float, width: Float, score: Float = 0.9) -> DetectedFace {
        DetectedFace(
            box: FaceBox(x: x, y: 10, width: width, height: width), landmarks: FaceChip.landmarks, score: score)
    }

    /// What a search finds when the detector answers `answers`, one after the other.
    private func search(_ answers: [[DetectedFace]]) -> (faces: [DetectedFace], searched: [Int]) {
        var searched: [Int] = []
        let faces = SearchScale().search(PixelSize(width: 2560, height: 1600)) { size in
            searched.append(size.width)
            return answers[searched.count - 1]
        }
        return (faces, searched)
    }

    @Test func oneFaceIsOneFaceAtWhateverSizesItIsSeen() {
        let (faces, searched) = search([
            [face(10, width: 100)], [face(5, width: 51, score: 0.95)], [face(2.5, width: 26, score: 0.95)],
        ])
        #expect(searched == [1280, 640, 320])
        #expect(
            faces.map(\.box) == [FaceBox(x: 20, y: 20, width: 200, height: 200)],
            "the largest picture is the most exact")
    }

    @Test func aPasserByDoesNotEndTheSearch() {
        let passerBy = face(1200, width: 50)
        let (faces, _) = search([[passerBy], [face(20, width: 390)], []])
        #expect(faces.map(\.box.width).sorted() == [100, 1560])
    }

    @Test func whereNobodyIsFoundThePictureShrinks() {
        let (faces, searched) = search([[], [], [face(10, width: 200)]])
        #expect(searched == [1280, 640, 320])
        #expect(faces.map(\.box) == [FaceBox(x: 80, y: 80, width: 1600, height: 1600)])
        #expect(search([[], [], []]).faces.isEmpty)
    }

    @Test func aFaceTooLargeIsLeftToTheSmallerPicture() {
        let bystander = face(1200, width: 50)
        let (faces, searched) = search([
            [face(100, width: 600, score: 0.7), bystander],
            [face(40, width: 380), face(600.4, width: 25, score: 0.8)], [face(20, width: 190, score: 0.8)],
        ])
        #expect(searched == [1280, 640, 320])
        #expect(faces.map(\.box.width).sorted() == [100, 1520], "the bystander is not counted twice")
    }

    @Test func theSmallestPictureKeepsWhatItFinds() {
        #expect(search([[], [face(1, width: 500)], [face(1, width: 401)]]).faces.count == 1)
    }
}
