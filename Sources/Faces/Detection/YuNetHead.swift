import Wire

import func Foundation.exp

/// What YuNet answers at one stride: four maps over a grid of cells, one prior a cell, cells in row-major order.
///
/// Wu, Peng and Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023), section 3; the formulas are those of
/// OpenCV's `modules/objdetect/src/face_detect.cpp`.
struct YuNetHead {
    /// Pixels of the network's input between two cells: 8, 16 or 32.
    let stride: Int
    let columns: Int
    let rows: Int
    /// Probability that the cell shows a face: `[rows·columns]`, the sigmoid already applied.
    let classes: [Float]
    /// Probability that the cell's box fits an object: `[rows·columns]`, the sigmoid already applied.
    let objects: [Float]
    /// Offset of the centre and logarithm of the size, in strides: `[rows·columns, 4]`.
    let boxes: [Float]
    /// Offsets of the five points, in strides: `[rows·columns, 5, 2]`.
    let points: [Float]

    init(
        stride: Int, columns: Int, rows: Int, classes: [Float], objects: [Float], boxes: [Float], points: [Float]
    ) {
        let cells = columns * rows
        precondition(
            classes.count == cells && objects.count == cells && boxes.count == 4 * cells && points.count == 10 * cells,
            """
            YuNet stride \(stride) has \(columns)×\(rows) cells, but its maps hold \(classes.count), \
            \(objects.count), \(boxes.count) and \(points.count) numbers
            """)
        self.stride = stride
        self.columns = columns
        self.rows = rows
        self.classes = classes
        self.objects = objects
        self.boxes = boxes
        self.points = points
    }

    /// The faces of at least `minimumScore`, in pixels of the network's input, before non-maximum suppression.
    ///
    /// A cell whose numbers are not finite is no face.
    func faces(minimumScore: Float) -> [DetectedFace] {
        var faces: [DetectedFace] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let cell = row * columns + column
                let score = (clamped(classes[cell]) * clamped(objects[cell])).squareRoot()
                guard score >= minimumScore else { continue }
                let face = DetectedFace(
                    box: box(cell, row: row, column: column),
                    landmarks: landmarks(cell, row: row, column: column), score: score)
                guard face.isFinite else { continue }
                faces.append(face)
            }
        }
        return faces
    }

    private func clamped(_ probability: Float) -> Float { min(max(probability, 0), 1) }

    private func box(_ cell: Int, row: Int, column: Int) -> FaceBox {
        let step = Float(stride)
        let width = exp(boxes[4 * cell + 2]) * step
        let height = exp(boxes[4 * cell + 3]) * step
        return FaceBox(
            x: (Float(column) + boxes[4 * cell]) * step - width / 2,
            y: (Float(row) + boxes[4 * cell + 1]) * step - height / 2,
            width: width, height: height)
    }

    private func landmarks(_ cell: Int, row: Int, column: Int) -> FaceLandmarks {
        func point(_ index: Int) -> FacePoint {
            FacePoint(
                x: (points[10 * cell + 2 * index] + Float(column)) * Float(stride),
                y: (points[10 * cell + 2 * index + 1] + Float(row)) * Float(stride))
        }
        return FaceLandmarks(points: (0..<5).map(point))
    }
}
