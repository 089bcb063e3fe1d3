// swift-tools-version: 6.2
import PackageDescription

let engine = "enrollment-engine"
let package = Package(
    name: "Smallest",
    dependencies: [.package(name: engine, path: "../..", traits: ["SQLite"])],
    targets: [
        .executableTarget(
            name: "Smallest",
            dependencies: [
                .product(name: "EnrollmentEngine", package: engine), .product(name: "Enrollment", package: engine),
                .product(name: "EnrollmentReadModel", package: engine),
            ]),
        .testTarget(
            name: "SmallestTests",
            dependencies: [
                .product(name: "EnrollmentTesting", package: engine), .product(name: "Enrollment", package: engine),
            ]),
    ]
)
