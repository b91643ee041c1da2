// Command manifests checks manifests as a cluster would that was told to be strict (kubectl apply --validate=strict): unknown fields, fields twice and
// values of a wrong type fail; TestRuns are held against the schema that k6-operator publishes.
//
//	go run . testruns.yaml manifest.yaml …
//
// It prints one line for each object and each problem, and ends with 1 where there is one.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/api/meta"
	validationnames "k8s.io/apimachinery/pkg/api/validation"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: manifests TESTRUNS_DEFINITION MANIFEST …")
		os.Exit(2)
	}
	definition, err := readDefinition(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	wrong := false
	for _, path := range os.Args[2:] {
		problems, err := checkFile(definition, path)
		if err != nil {
			problems = append(problems, err.Error())
		}
		for _, problem := range problems {
			wrong = true
			fmt.Printf("%s: %s\n", path, problem)
		}
	}
	if wrong {
		os.Exit(1)
	}
}

// definition is a custom resource in the version that is used.
type definition struct {
	group, kind string
	version     string
	schema      *schema.Structural
	validator   validation.SchemaValidator
	rules       *cel.Validator
}

// readDefinition reads the published definition of the TestRun.
func readDefinition(path string) (*definition, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var published apiextensionsv1.CustomResourceDefinition
	if err := yaml.UnmarshalStrict(text, &published); err != nil {
		return nil, err
	}
	for i := range published.Spec.Versions {
		version := &published.Spec.Versions[i]
		if !version.Served || version.Schema == nil {
			continue
		}
		var internal apiextensions.JSONSchemaProps
		if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(version.Schema.OpenAPIV3Schema, &internal, nil); err != nil {
			return nil, err
		}
		structural, err := schema.NewStructural(&internal)
		if err != nil {
			return nil, err
		}
		validator, _, err := validation.NewSchemaValidator(&internal)
		if err != nil {
			return nil, err
		}
		const unlimited = 1 << 30
		return &definition{
			group: published.Spec.Group, kind: published.Spec.Names.Kind, version: version.Name, schema: structural, validator: validator,
			rules: cel.NewValidator(structural, true, unlimited),
		}, nil
	}
	return nil, errors.New(path + " has no version with a schema")
}

func checkFile(definition *definition, path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var problems []string
	documents := utilyaml.NewYAMLReader(newReader(text))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return problems, nil
		}
		if err != nil {
			return problems, err
		}
		var object map[string]any
		if err := yaml.UnmarshalStrict(document, &object); err != nil {
			return problems, err
		}
		found := definition.check(object, document)
		name := fmt.Sprintf("%v %v", object["kind"], nameOf(object))
		fmt.Printf("%s: %s checked\n", path, name)
		for _, problem := range found {
			problems = append(problems, name+": "+problem)
		}
	}
}

// check gives everything that a strict server would refuse.
func (d *definition) check(object map[string]any, document []byte) []string {
	if object["apiVersion"] == d.group+"/"+d.version && object["kind"] == d.kind {
		return d.checkCustom(object)
	}
	strict := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Yaml: true, Strict: true})
	decoded, _, err := strict.Decode(document, nil, nil)
	switch {
	case runtime.IsStrictDecodingError(err):
		return []string{err.Error()}
	case err != nil:
		return []string{err.Error()}
	}
	return checkMetadata(decoded)
}

func (d *definition) checkCustom(object map[string]any) []string {
	var problems []string
	errs := validation.ValidateCustomResource(nil, object, d.validator)
	if d.rules != nil {
		found, _ := d.rules.Validate(context.Background(), nil, d.schema, object, nil, 1<<30)
		errs = append(errs, found...)
	}
	for _, err := range errs {
		problems = append(problems, err.Error())
	}
	options := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, d.schema, true, options) {
		problems = append(problems, fmt.Sprintf("unknown field %q", path))
	}
	return problems
}

// checkMetadata holds names and labels against the rules that hold for every object.
func checkMetadata(object runtime.Object) []string {
	accessor, err := meta.Accessor(object)
	if err != nil {
		return []string{err.Error()}
	}
	path := field.NewPath("metadata")
	errs := metav1validation.ValidateLabels(accessor.GetLabels(), path.Child("labels"))
	for _, problem := range validationnames.NameIsDNSSubdomain(accessor.GetName(), false) {
		errs = append(errs, field.Invalid(path.Child("name"), accessor.GetName(), problem))
	}
	var problems []string
	for _, err := range errs {
		problems = append(problems, err.Error())
	}
	return problems
}

func nameOf(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	return strings.TrimSpace(fmt.Sprint(metadata["name"]))
}

func newReader(text []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(text)) }
