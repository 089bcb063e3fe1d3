// swift-tools-version: 6.2
// A package of its own: who embeds the engine without a server fetches no server.
import PackageDescription

let engine = "enrollment-engine"
let package = Package(
    name: "Service",
    dependencies: [
        .package(name: engine, path: "../..", traits: ["Service"]),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "Service",
            dependencies: [
                .product(name: "Enrollment", package: engine), .product(name: "EnrollmentEngine", package: engine),
                .product(name: "EnrollmentReadModel", package: engine),
                .product(name: "EnrollmentService", package: engine),
                .product(name: "EnrollmentVault", package: engine), .product(name: "EventLog", package: engine),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "ServiceTests",
            dependencies: [
                "Service", .product(name: "EnrollmentEngine", package: engine),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)
