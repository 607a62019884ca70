import Foundation
import Testing

@testable import Faces

struct YuNetHeadTests {
    /// 3×2 cells of stride 16 in which nothing is seen, except what `change` puts in.
    private func head(_ change: (inout [Float], inout [Float], inout [Float], inout [Float]) -> Void) -> YuNetHead {
        var classes = [Float](repeating: 0, count: 6)
        var objects = [Float](repeating: 0, count: 6)
        var boxes = [Float](repeating: 0, count: 24)
        var points = [Float](repeating: 0, count: 60)
        change(&classes, &objects, &boxes, &points)
        return YuNetHead(
            stride: 16, columns: 3, rows: 2, classes: classes, objects: objects, boxes: boxes, points: points)
    }

    @Test func decodesOneCellByHand() throws {
        let cell = 5  // column 2, row 1
        let head = head { classes, objects, boxes, points in
            classes[cell] = 0.81
            objects[cell] = 1.7  // beyond a probability: counts as 1
            boxes.replaceSubrange(4 * cell..<4 * cell + 4, with: [0.5, -0.25, log(2), log(3)])
            for index in 0..<10 { points[10 * cell + index] = Float(index) / 10 }
        }
        let face = try #require(head.faces(minimumScore: 0.6).first)
        #expect(head.faces(minimumScore: 0.6).count == 1)
        #expect(abs(face.score - 0.9) < 1e-6)
        // centre (2.5·16, 0.75·16) = (40, 12), size 32×48
        for (found, expected) in zip(
            [face.box.x, face.box.y, face.box.width, face.box.height], [24, -12, 32, 48] as [Float])
        {
            #expect(abs(found - expected) < 1e-4, "\(face.box)")
        }
        #expect(abs(face.landmarks.rightEye.x - 32) < 1e-4 && abs(face.landmarks.rightEye.y - 17.6) < 1e-4)
        #expect(abs(face.landmarks.leftMouth.x - 44.8) < 1e-4)
        #expect(abs(face.landmarks.leftMouth.y - 30.4) < 1e-4)
    }

    @Test func theScoreIsTheThreshold() {
        let head = head { classes, objects, _, _ in
            classes[0] = 0.36
            objects[0] = 1
        }
        #expect(head.faces(minimumScore: 0.6).count == 1)
        #expect(head.faces(minimumScore: 0.6001).isEmpty)
    }

    @Test func numbersThatAreNotFiniteAreNoFace() {
        let head = head { classes, objects, boxes, points in
            for cell in 0..<4 {
                classes[cell] = 1
                objects[cell] = 1
            }
            boxes[2] = 200  // e²⁰⁰ pixels wide
            boxes[4] = .nan
            points[20] = .infinity
            classes[3] = .nan
        }
        #expect(head.faces(minimumScore: 0.6).isEmpty)
    }
}
